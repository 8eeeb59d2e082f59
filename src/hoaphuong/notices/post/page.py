"""The post's one page: what was sent to people, the newest first."""

import json
from html import escape
from typing import Any

_STYLE = (
    "body{font:1rem/1.5 sans-serif;max-width:52rem;margin:1rem auto;padding:0 1rem;color:#222}"
    "article{border:1px solid #bbb;border-radius:.4rem;padding:.75rem 1rem;margin:0 0 1rem}"
    "h1{font-size:1.4rem}h2{font-size:1.05rem;margin:0}p{margin:.25rem 0}"
    "pre{white-space:pre-wrap;font:inherit;margin:.5rem 0 0;overflow-wrap:anywhere}"
)
_NAMES = {"email": "E-mail", "sms": "SMS", "zalo": "Zalo"}


def drawn(messages: list[tuple[Any, ...]]) -> bytes:
    """The page as HTML."""
    told = "".join(_one(*message) for message in messages)
    empty = "<p>Chưa có tin nào. / <span lang=en>Nothing yet.</span></p>"
    return (
        "<!doctype html><html lang=vi><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width'><title>Bưu cục trình diễn</title>"
        f"<style>{_STYLE}</style><h1>Bưu cục trình diễn / <span lang=en>The demonstration's post"
        f"</span></h1>{told or empty}</html>"
    ).encode()


def _one(channel: str, to: str, subject: str, content: bytes, attempts: int, at: str) -> str:
    title, text = _letter(content) if channel == "email" else (subject, content.decode())
    if channel == "zalo":
        text = "\n".join(f"{name}: {value}" for name, value in json.loads(content).items())
    again = f" · gửi {attempts} lần / brought {attempts} times" if attempts > 1 else ""
    return (
        f"<article><h2>{escape(title)}</h2><p>{_NAMES[channel]} → {escape(to)} · {escape(at)} UTC"
        f"{again}</p><pre>{escape(text)}</pre></article>"
    )


def _letter(content: bytes) -> tuple[str, str]:
    from email import message_from_bytes, policy  # heavy, and only for who looks

    letter = message_from_bytes(content, policy=policy.default)
    body = letter.get_body(("plain",))
    return str(letter["Subject"]), body.get_content() if body else ""
