"""Routes for what a bulletin is made of: an article's own words, the station's sounds, the microphone."""
