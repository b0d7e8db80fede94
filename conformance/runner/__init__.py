"""Keep windows, pair requests with twins, send, read back, clean up: everything between a case and its event."""
