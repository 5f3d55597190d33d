"use strict";
(() => {
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

  all("[data-scripted]").forEach((node) => { node.hidden = false; });

  // A browser that goes back shows what was typed; a link alone would show an empty form.
  all("[data-back]").forEach((node) => node.addEventListener("click", (event) => {
    if (window.history.length > 1) { event.preventDefault(); window.history.back(); }
  }));

  // A form whose answer is this same page: only what is live and the notices change, and nothing jumps.
  const exchange = (node, html) => {
    const held = document.activeElement && node.contains(document.activeElement) ? document.activeElement.id : "";
    node.innerHTML = html;
    const again = held && document.getElementById(held);
    if (again) again.focus();
  };
  const inPlace = async (form, button) => {
    const sent = new URLSearchParams(new FormData(form));
    if (button && button.name) sent.append(button.name, button.value);
    const answer = await fetch(form.action, { method: "POST", body: sent }).catch(() => null);
    const page = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page || !one("#live", page)) { window.location.reload(); return; }
    exchange(one("#live"), one("#live", page).innerHTML);
    exchange(one("#notices"), one("#notices", page).innerHTML);
  };

  // Ask before what cannot be taken back.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sure && !window.confirm(form.dataset.sure)) { event.preventDefault(); return; }
    if ("inPlace" in form.dataset) { event.preventDefault(); inPlace(form, event.submitter); return; }
    const button = event.submitter;
    if (button && form.method === "post") setTimeout(() => { button.disabled = true; }, 0);
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });

  // One sound at a time.
  const player = new Audio();
  let queue = [];
  let playing = null;
  const mark = (node) => {
    if (playing) playing.removeAttribute("aria-current");
    playing = node;
    if (node) { node.setAttribute("aria-current", "true"); node.scrollIntoView({ block: "nearest" }); }
  };
  const next = () => {
    const node = queue.shift();
    mark(node || null);
    if (node) { player.src = node.href; player.play().catch(() => mark(null)); }
  };
  player.addEventListener("ended", next);
  player.addEventListener("error", () => { const node = playing; mark(null); queue = []; if (node) window.location.href = node.href; });
  document.addEventListener("click", (event) => {
    const node = event.target.closest("[data-hear]");
    if (!node) return;
    event.preventDefault();
    if (playing === node && !player.paused) { player.pause(); queue = []; mark(null); return; }
    queue = [node];
    next();
  });
  const everything = one("[data-hear-all]");
  if (everything) everything.addEventListener("click", () => { queue = all("ol.script [data-hear]"); next(); });

  // A bulletin with its text beside it: the sentence being read is marked, and each can be heard from its start.
  const followed = one("audio[data-follow]");
  const spoken = followed && document.getElementById(followed.dataset.follow);
  if (spoken) {
    const sentences = all("li", spoken).map((node) => [node, node.dataset.times.split(" ").map((span) => span.split("-").map(Number))]);
    let lit = null;
    followed.addEventListener("timeupdate", () => {
      const time = followed.currentTime;
      const [now] = sentences.find(([, spans]) => spans.some(([start, end]) => time >= start && time < end)) || [null];
      if (now === lit) return;
      if (lit) lit.classList.remove("reading");
      if (now) {
        now.classList.add("reading");
        spoken.scrollTop = now.offsetTop - spoken.clientHeight / 3;
      }
      lit = now;
    });
    spoken.addEventListener("click", (event) => {
      const node = event.target.closest("[data-from]");
      if (node) { followed.currentTime = Number(node.dataset.from); followed.play().catch(() => {}); }
    });
  }

  // Who has heard it once to its end need not tick that; the button plays where the thumb is.
  const signing = followed && one("form[data-once]");
  if (signing) {
    const button = one("[data-play]", signing);
    const [play, pause] = [button.textContent, button.dataset.play];
    const label = () => { button.textContent = followed.paused ? play : `${pause} ${clock(followed.currentTime)}`; };
    button.addEventListener("click", () => { if (followed.paused) followed.play().catch(() => {}); else followed.pause(); });
    const heard = () => {
      const once = Number(signing.dataset.once) || followed.duration;
      let seconds = 0;
      for (let n = 0; n < followed.played.length; n += 1) seconds += Math.max(0, Math.min(followed.played.end(n), once) - Math.min(followed.played.start(n), once));
      if (seconds >= 0.9 * once) one("[name=heard]", signing).checked = true;
    };
    for (const name of ["timeupdate", "play", "pause", "ended"]) followed.addEventListener(name, () => { label(); heard(); });
    if (window.location.hash === "#hear") followed.play().catch(() => {}); // “Hear and sign” was pressed; a browser may refuse
  }

  // Readings: the word that is selected in a sentence goes into the form; try it before keeping it.
  const readings = one("[data-pronounce]");
  if (readings) {
    document.addEventListener("selectionchange", () => {
      const picked = document.getSelection();
      const text = picked.toString().trim();
      if (text && text.length < 60 && picked.anchorNode && picked.anchorNode.parentElement.closest(".written")) {
        readings.elements.word.value = text;
      }
    });
    one("[data-try]", readings).addEventListener("click", () => {
      const { word, said } = readings.elements;
      queue = [];
      player.src = `${readings.dataset.pronounce}?${new URLSearchParams({ word: word.value, said: said.value })}`;
      player.play().catch(() => {});
    });
  }

  all("[data-copy]").forEach((button) => button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try { await navigator.clipboard.writeText(field.value); } catch { document.execCommand("copy"); }
    button.textContent = button.dataset.copied;
  }));

  // The article follows the form while one types.
  const draft = one("[data-preview]");
  const facts = document.getElementById("facts");
  if (draft && facts) {
    let timer = 0;
    let asked = 0;
    const look = async () => {
      const number = ++asked;
      const answer = await fetch(draft.dataset.preview, { method: "POST", body: new URLSearchParams(new FormData(facts)) }).catch(() => null);
      if (answer && number === asked && (answer.ok || answer.status === 422)) draft.innerHTML = await answer.text();
    };
    facts.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 500); });
  }

  // An emergency message is spoken while it is typed: what has an end is sent, first of all the fixed words.
  const urgent = one("form[data-ahead]");
  if (urgent) {
    let timer = 0;
    let last = null;
    const speak = () => {
      const values = new URLSearchParams(new FormData(urgent));
      const ended = values.get("text").replace(/[^.!?\n]*$/, "");
      values.set("text", ended);
      const now = values.toString();
      if (now !== last) fetch(urgent.dataset.ahead, { method: "POST", body: values }).catch(() => null);
      last = now;
    };
    urgent.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(speak, 1000); });
    speak();
  }

  // The sound of an article is made while one reads it: its part of the page follows, and nothing else is touched.
  const sound = one("[data-sound]");
  if (sound && one("[data-sound-job]", sound)) {
    const news = new EventSource("/today/events");
    news.onmessage = async (event) => {
      const { jobs } = JSON.parse(event.data);
      const boxes = all("[data-sound-job]", sound);
      for (const box of boxes) {
        const job = jobs.find((item) => String(item.id) === box.dataset.soundJob);
        const bar = one("progress", box);
        if (job && job.total) { bar.max = job.total; bar.value = job.done; }
        if (job) continue;
        const answer = await fetch(sound.dataset.sound).catch(() => null);
        if (answer && answer.ok && !answer.redirected) exchange(sound, await answer.text());
        break;
      }
      if (!one("[data-sound-job]", sound)) news.close();
    };
    window.addEventListener("pagehide", () => news.close());
  }

  // What is typed and not saved yet stays in this browser until it is saved, whatever happens to the page.
  // On a phone the menu is one row: the place where one is stays in sight.
  const place = one(".menu [aria-current]");
  if (place) { const row = place.closest(".menu"); row.scrollLeft = place.parentElement.offsetLeft - (row.clientWidth - place.parentElement.clientWidth) / 2; }

  // A list of boxes of which one is needed says so at its place, before anything is sent.
  document.querySelectorAll("fieldset[data-need]").forEach((group) => {
    const boxes = [...group.querySelectorAll("input[type=checkbox]")];
    const look = () => boxes.length && boxes[0].setCustomValidity(boxes.some((box) => box.checked) ? "" : group.dataset.need);
    group.addEventListener("change", look);
    look();
  });

  // What was sent is saved once the page that follows says so, whichever page that is.
  const sentKey = "loa:sent";
  if (sessionStorage.getItem(sentKey)) {
    if (one("#notices .good")) localStorage.removeItem(sessionStorage.getItem(sentKey));
    sessionStorage.removeItem(sentKey);
  }
  const kept = one("form[data-keep]");
  if (kept) {
    const key = `loa:${kept.dataset.keep}`;
    const held = (node) => node.name && !["hidden", "file", "password"].includes(node.type) && !node.hidden;
    const state = () => JSON.stringify([...kept.elements].filter(held).map((node) => [node.name, node.type === "checkbox" || node.type === "radio" ? node.checked : node.value]));
    const first = state();
    let stored = null;
    try { stored = JSON.parse(localStorage.getItem(key) || "null"); } catch { stored = null; }
    if (stored && one("#notices .good")) { localStorage.removeItem(key); stored = null; }
    if (stored && stored !== first) {
      const values = JSON.parse(stored);
      const nodes = [...kept.elements].filter(held);
      if (values.length === nodes.length && values.every(([name], n) => name === nodes[n].name)) {
        nodes.forEach((node, n) => { if (typeof values[n][1] === "boolean") node.checked = values[n][1]; else node.value = values[n][1]; });
        one("[data-kept]", kept).hidden = false;
        nodes.filter((node) => node.checked || node.value !== node.defaultValue).forEach((node) => { const fold = node.closest("details"); if (fold && (node.type !== "checkbox" || node.checked)) fold.open = true; });
        kept.dispatchEvent(new Event("input"));
      }
    }
    let sending = false;
    const keep = () => { if (!sending) { const now = state(); if (now === first) localStorage.removeItem(key); else localStorage.setItem(key, JSON.stringify(now)); } };
    kept.addEventListener("input", keep);
    kept.addEventListener("submit", () => { keep(); sending = true; sessionStorage.setItem(sentKey, key); });
    one("[data-drop]", kept).addEventListener("click", () => { localStorage.removeItem(key); sending = true; window.location.reload(); });
  }
  const leave = one("form[action='/logout']");
  if (leave) leave.addEventListener("submit", () => Object.keys(localStorage).filter((name) => name.startsWith("loa:")).forEach((name) => localStorage.removeItem(name)));

  // The microphone: what was said becomes a WAV file of the form, and is heard before it is sent.
  const recorded = async (blob) => {
    const sound = await new OfflineAudioContext(1, 1, 24000).decodeAudioData(await blob.arrayBuffer());
    const samples = sound.getChannelData(0);
    const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
    const text = (at, letters) => [...letters].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
    text(0, "RIFF"); view.setUint32(4, 36 + 2 * samples.length, true); text(8, "WAVEfmt ");
    view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
    view.setUint32(24, sound.sampleRate, true); view.setUint32(28, 2 * sound.sampleRate, true);
    view.setUint16(32, 2, true); view.setUint16(34, 16, true); text(36, "data"); view.setUint32(40, 2 * samples.length, true);
    samples.forEach((value, n) => view.setInt16(44 + 2 * n, Math.max(-1, Math.min(1, value)) * 32767, true));
    return new File([view], "microphone.wav", { type: "audio/wav" });
  };
  const desk = one("[data-recorder]");
  if (desk) {
    const [begin, finish, timer, said, take] = ["record", "finish", "clock", "said", "take"].map((name) => one(`[data-${name}]`, desk));
    const field = one("input[type=file]", desk.closest("form"));
    const longest = 240; // seconds: what an upload may hold
    let recorder = null;
    const end = () => { if (recorder && recorder.state === "recording") recorder.stop(); };
    begin.addEventListener("click", async () => {
      const stream = navigator.mediaDevices ? await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => null) : null;
      said.textContent = stream ? "" : desk.dataset.refused;
      if (!stream) return;
      const parts = [];
      const since = Date.now();
      recorder = new MediaRecorder(stream);
      const tick = setInterval(() => {
        const seconds = (Date.now() - since) / 1000;
        timer.textContent = clock(seconds);
        if (seconds >= longest) end();
      }, 250);
      recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
      recorder.addEventListener("stop", async () => {
        clearInterval(tick);
        stream.getTracks().forEach((track) => track.stop());
        begin.hidden = false;
        finish.hidden = true;
        const file = await recorded(new Blob(parts, { type: recorder.mimeType }));
        const held = new DataTransfer();
        held.items.add(file);
        field.files = held.files;
        if (take.src) URL.revokeObjectURL(take.src);
        take.src = URL.createObjectURL(file);
        take.hidden = false;
      });
      recorder.start();
      begin.hidden = true;
      finish.hidden = false;
    });
    finish.addEventListener("click", end);
  }

  // What is live.
  const live = document.getElementById("live");
  const work = one("[data-job-page]");
  if (live || (work && !work.dataset.over)) {
    let stamp = live ? live.dataset.stamp : "";
    const countdown = () => {
      const planned = one("[data-next]");
      const shown = one("[data-countdown]");
      if (!planned || !shown) return;
      const seconds = Math.round((new Date(planned.dataset.next) - Date.now()) / 1000);
      if (seconds >= 0 && seconds < 3600) shown.textContent = `${clock(seconds)}`;
    };
    const refresh = async () => {
      if (document.activeElement && live.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")) return;
      const answer = await fetch(live.dataset.part).catch(() => null);
      if (!answer || !answer.ok) return;
      if (answer.redirected) { window.location.reload(); return; }
      exchange(live, await answer.text());
      countdown();
    };
    const source = new EventSource("/today/events");
    const stale = document.getElementById("stale");
    let heardAt = Date.now();
    if (stale) setInterval(() => { stale.hidden = Date.now() - heardAt < 8000; }, 1000);
    source.onerror = () => { if (stale) heardAt = Math.min(heardAt, Date.now() - 5000); };
    source.onmessage = (event) => {
      const missed = Date.now() - heardAt > 8000;
      heardAt = Date.now();
      if (live && missed) refresh();
      const now = JSON.parse(event.data);
      if (work && !work.dataset.over) {
        const job = now.jobs.find((item) => String(item.id) === work.dataset.jobPage);
        if (!job) { work.dataset.over = "1"; window.location.reload(); return; }
        const bar = one("progress", work);
        if (bar && job.total) { bar.max = job.total; bar.value = job.done; }
        for (const [name, value] of [["done", job.done], ["total", job.total], ["message", job.message]]) {
          const node = one(`[data-${name}]`, work);
          if (node) node.textContent = value;
        }
      }
      for (const item of now.receipts) {
        const says = one(`#notices [data-receipt="${item.number}"]`);
        if (!says || says.textContent === item.text) continue;
        says.textContent = item.text;
        says.closest(".notice").className = `notice ${item.good ? "good" : "bad"}`;
      }
      if (!live) return;
      if (now.stamp !== stamp) { stamp = now.stamp; refresh(); return; }
      for (const item of now.playing) {
        const box = all("[data-airing]", live).find((node) => node.dataset.airing === item.airing);
        if (!box) continue;
        one("progress", box).value = item.position;
        one("[data-position]", box).textContent = clock(item.position);
        const saying = one("[data-sentence]", box);
        if (saying.textContent !== item.sentence) saying.textContent = item.sentence;
      }
      for (const item of now.jobs) {
        const bar = one(`[data-job="${item.id}"] progress`, live);
        if (bar && item.total) { bar.max = item.total; bar.value = item.done; }
      }
    };
    if (live) { countdown(); setInterval(countdown, 1000); }
    window.addEventListener("pagehide", () => source.close());
  }
})();
