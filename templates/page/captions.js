// Lights up the sentence that is being read. The page is whole without it: text, player and captions need no script.
"use strict";
for (const audio of document.querySelectorAll("audio")) {
  const track = audio.textTracks[0];
  if (!track) continue;
  track.mode = "hidden"; // load the cues; there is nothing to show them on in an audio player
  const sentences = document.querySelectorAll("[data-cues]");
  track.addEventListener("cuechange", () => {
    const heard = Array.from(track.activeCues || [], (cue) => cue.id);
    let first = null;
    for (const sentence of sentences) {
      const lit = sentence.dataset.cues.split(" ").some((id) => heard.includes(id));
      sentence.classList.toggle("dang-doc", lit);
      if (lit && !first) first = sentence;
    }
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (first && !audio.paused) first.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
  });
}
