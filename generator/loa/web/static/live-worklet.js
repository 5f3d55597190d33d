"use strict";
// The microphone's sound in pieces of 20 ms (882 samples at 44 100 Hz), with the loudest sample of each.
class Pieces extends AudioWorkletProcessor {
  constructor() {
    super();
    this.piece = new Int16Array(882);
    this.at = 0;
    this.peak = 0;
  }

  process([input]) {
    const samples = input && input[0];
    if (!samples) return true;
    for (const value of samples) {
      this.peak = Math.max(this.peak, Math.abs(value));
      this.piece[this.at++] = Math.max(-1, Math.min(1, value)) * 32767;
      if (this.at === this.piece.length) {
        this.port.postMessage({ sound: this.piece.buffer, peak: this.peak }, [this.piece.buffer]);
        this.piece = new Int16Array(882);
        this.at = 0;
        this.peak = 0;
      }
    }
    return true;
  }
}
registerProcessor("loa-pieces", Pieces);
