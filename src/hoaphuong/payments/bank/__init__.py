"""A bank, VNPAY and the national payment platform, played for a demonstration; no money is real."""
