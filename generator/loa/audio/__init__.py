"""Audio processing that tts and bulletin share: ffmpeg, samples, mastering, MP3 frames."""
