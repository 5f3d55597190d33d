"use strict";
(() => {
  const part = (id) => document.getElementById(id);
  const SHOWN = 8000, ASKED = 10000;
  let slides = JSON.parse(document.body.dataset.slides);
  let number = 0;
  // Letters as large as they can be: only a piece of long words is made smaller until it fits.
  const fit = () => {
    const text = part("text");
    text.style.fontSize = "";
    for (let size = 11; size > 6 && text.scrollHeight > text.clientHeight + 1; size -= 0.5) text.style.fontSize = `${size}vh`;
  };
  const show = () => {
    const slide = slides[number % Math.max(1, slides.length)] || { kind: "none", title: part("call").textContent, text: "" };
    number += 1;
    document.body.dataset.kind = slide.kind;
    part("title").textContent = slide.title;
    part("text").textContent = slide.text;
    fit();
  };
  const tick = () => { part("clock").textContent = new Date().toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" }); };
  const ask = async () => {
    const answer = await fetch(document.body.dataset.more).catch(() => null);
    const found = answer && answer.ok ? await answer.json().catch(() => null) : null;
    if (!found || JSON.stringify(found) === JSON.stringify(slides)) return;
    slides = found;
    number = 0;
    show();
  };
  show();
  tick();
  setInterval(show, SHOWN);
  setInterval(tick, 1000);
  setInterval(ask, ASKED);
  window.addEventListener("resize", fit);
})();
