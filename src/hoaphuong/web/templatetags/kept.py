"""Keeps what the shell draws again and again: the same words for the same values."""

from typing import Any

from django import template
from django.template import Context
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()

MOST = 1_000


class Kept(template.Node):
    """A part that depends on the language and on the values it names, and can see no others.

    What it draws is remembered by those values; a part that named nobody cannot show anybody.
    """

    def __init__(self, values: dict[str, FilterExpression], nodelist: NodeList) -> None:
        self.values, self.nodelist = values, nodelist
        self.drawn: dict[tuple[Any, ...], SafeString] = {}

    def render(self, context: Context) -> SafeString:
        """Draw the part, or give what was drawn for the same values."""
        seen = {name: value.resolve(context) for name, value in self.values.items()}
        key = (get_language(), *seen.values())
        found = self.drawn.get(key)
        if found is None:
            if len(self.drawn) >= MOST:
                self.drawn.clear()
            own = Context(seen, autoescape=context.autoescape)
            own.template = context.template
            own.render_context = context.render_context
            found = self.drawn[key] = mark_safe(self.nodelist.render(own))
        return found


@register.tag
def kept(parser: Parser, token: Token) -> Kept:
    """``{% kept face demo %}…{% endkept %}``: the values must be hashable."""
    _tag, *names = token.split_contents()
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept({name: parser.compile_filter(name) for name in names}, nodelist)
