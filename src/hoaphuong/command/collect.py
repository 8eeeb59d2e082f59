"""Collects static files, compressed and named by their content."""

import argparse


def run(asked: argparse.Namespace) -> int:
    from django.core.management import call_command

    from hoaphuong.command.django_ready import ready

    ready(database=False)
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    return 0
