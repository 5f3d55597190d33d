"""The text of what was signed on other ways: Telegram, Zalo, text messages, e-mail; once each, with its outcome."""
