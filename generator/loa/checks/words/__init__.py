"""What a Vietnamese word is: lists of syllables and pairs, and a statistical model of what stands together."""
