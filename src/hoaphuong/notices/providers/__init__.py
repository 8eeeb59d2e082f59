"""The ways out: e-mail, SMS and Zalo, each behind the same one verb."""
