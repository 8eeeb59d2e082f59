"""A post office for the demonstration: it takes e-mail, SMS and Zalo messages and shows them."""
