"""Vietnamese first and English complete: no word may be missing, none left behind."""

import re

import pytest

from tests.wording import apps, translations, vietnamese, words_of_modules, words_of_templates

HOLES = re.compile(r"%\(\w+\)[sd]|{\w*}")


@pytest.mark.parametrize("app", apps())
def test_every_word_has_its_vietnamese(app):
    catalogue = vietnamese()
    missing = {
        word for word in words_of_modules(app) | words_of_templates(app) if not catalogue.get(word)
    }
    assert missing == set()


def test_a_word_is_the_same_in_every_catalogue():
    """Where two places need two words, each names its context."""
    assert {word: texts for word, texts in translations().items() if len(texts) > 1} == {}


def test_a_translation_has_the_holes_of_its_original():
    wrong = {
        word: text
        for word, text in vietnamese().items()
        if set(HOLES.findall(word[1])) != set(HOLES.findall(text))
    }
    assert wrong == {}
