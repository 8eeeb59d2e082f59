"""The personas as the terminal shows them."""


def lines(address: str) -> list[str]:
    """One line each, in Vietnamese, with the page where one can become them."""
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hoaphuong.web.settings")
    django.setup()
    from hoaphuong.web.personas import PERSONAS

    width = max(len(p.name) for p in PERSONAS)
    shown = [f"    {p.name:<{width}}  {p.role}: {p.does}" for p in PERSONAS]
    return ["  Nhân vật hư cấu / invented personas: " + address + "/nhan-vat", *shown]
