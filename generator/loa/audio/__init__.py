"""Sound files: decoding, mastering and MP3 frames, shared by speech and bulletins."""
