"use strict";
// Speak now: the microphone's sound goes to the station by a WebSocket; where the button is not held, silence goes.
(() => {
  const desk = document.getElementById("desk");
  const [wish, talk, after, level] = ["wish", "talk", "after", "level"].map((id) => document.getElementById(id));
  const one = (name) => desk.querySelector(`[data-${name}]`);
  const [wrong, begin, says, clock, button, hold, end, told] = ["wrong", "begin", "says", "clock", "talk", "hold", "end", "after"].map(one);
  const silence = new ArrayBuffer(1764);
  let line = null, context = null, stream = null, since = 0, pressed = false, ready = false, over = false, ticking = 0;

  const open = () => ready && (pressed || hold.checked);
  const say = (text) => { if (says.textContent !== text) says.textContent = text; };
  const look = () => {
    button.setAttribute("aria-pressed", String(open()));
    button.classList.toggle("danger", open());
    if (ready) say(open() ? desk.dataset.on : desk.dataset.speak);
  };
  const finish = (text) => {
    if (over) return;
    over = true;
    clearInterval(ticking);
    if (stream) stream.getTracks().forEach((track) => track.stop());
    if (context) context.close();
    if (line) line.close();
    told.textContent = text;
    talk.hidden = true;
    after.hidden = false;
  };
  const refuse = (text) => {
    clearInterval(ticking);
    if (stream) stream.getTracks().forEach((track) => track.stop());
    if (context) context.close();
    if (line) { line.onclose = null; line.close(); }
    line = context = stream = null;
    wrong.textContent = text;
    talk.hidden = true;
    wish.hidden = false;
    begin.disabled = false;
  };
  const heard = (text) => {
    const news = JSON.parse(text);
    if (news.level !== undefined) level.value = news.level;
    if (news.state === "refused") refuse(Object.values(news.problems).join(" "));
    if (news.state === "asked") say(desk.dataset.asking);
    if (news.state === "chime") say(desk.dataset.chime);
    if (news.state === "speak") {
      ready = true;
      since = Date.now();
      button.disabled = hold.disabled = false;
      button.focus();
      look();
    }
    if (news.state === "over") finish(news.text);
  };
  const connect = (first) => {
    line = new WebSocket(`${window.location.protocol === "https:" ? "wss" : "ws"}://${window.location.host}/live/sound`);
    line.binaryType = "arraybuffer";
    line.onopen = () => {
      line.send(JSON.stringify(first));
      ticking = setInterval(() => {
        if (line.readyState !== WebSocket.OPEN) return;
        if (first.device) line.send(JSON.stringify({ talk: open() }));
        else line.send(JSON.stringify({ talk: true }));
        const seconds = since ? (Date.now() - since) / 1000 : 0;
        clock.textContent = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
      }, 250);
    };
    line.onmessage = (event) => heard(event.data);
    line.onclose = () => finish(desk.dataset.broken);
  };
  const listen = async () => {
    const wanted = { audio: { channelCount: 1, echoCancellation: false, noiseSuppression: true, autoGainControl: true } };
    stream = await navigator.mediaDevices.getUserMedia(wanted);
    context = new AudioContext({ sampleRate: 44100, latencyHint: "interactive" });
    await context.audioWorklet.addModule(desk.dataset.worklet);
    const pieces = new AudioWorkletNode(context, "loa-pieces", { numberOfOutputs: 1 });
    pieces.port.onmessage = ({ data }) => {
      level.value = data.peak;
      if (ready && !over && line && line.readyState === WebSocket.OPEN) line.send(open() ? data.sound : silence);
    };
    context.createMediaStreamSource(stream).connect(pieces).connect(context.destination);
    await context.resume();
  };
  wish.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    wrong.textContent = "";
    begin.disabled = true;
    const given = new FormData(wish);
    const first = { outputs: given.getAll("outputs"), urgent: given.has("urgent") };
    for (const name of ["commune", "title", "minutes", "category", "device", "password", "airing"]) first[name] = String(given.get(name) || "");
    if (!first.device) {
      try { await listen(); } catch { refuse(desk.dataset.refused); return; }
    }
    wish.hidden = true;
    talk.hidden = false;
    connect(first);
  });
  const press = (value) => (event) => { if (ready) { event.preventDefault(); pressed = value; look(); } };
  button.addEventListener("pointerdown", press(true));
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) button.addEventListener(name, press(false));
  button.addEventListener("pointerdown", (event) => button.setPointerCapture(event.pointerId));
  for (const [name, value] of [["keydown", true], ["keyup", false]]) {
    button.addEventListener(name, (event) => { if (event.key === " " || event.key === "Enter") press(value)(event); });
  }
  button.addEventListener("blur", press(false));
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  hold.addEventListener("change", look);
  end.addEventListener("click", () => {
    if (line && line.readyState === WebSocket.OPEN) line.send(JSON.stringify({ end: true }));
    ready = false;
    button.disabled = hold.disabled = true;
  });
  window.addEventListener("beforeunload", (event) => { if (since && !over) event.preventDefault(); });
})();
