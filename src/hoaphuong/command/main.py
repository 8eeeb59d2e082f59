"""The command line: names its commands, and turns every expected failure into one sentence."""

import argparse
import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

from hoaphuong import __version__
from hoaphuong.command.refusal import Refusal
from hoaphuong.kernel import breakdown

SCALES = ["tiny", "small", "medium", "large"]
CLOSED = (errno.EACCES, errno.EROFS, errno.EPERM, errno.ENOTDIR, errno.EEXIST)
SENTENCES = {
    breakdown.DATABASE_DAMAGED: "the database is damaged: restore a backup / cơ sở dữ liệu bị hỏng",
    breakdown.DATABASE_BUSY: "the database is busy: try again / cơ sở dữ liệu đang bận",
    breakdown.DATABASE_CLOSED: "the database cannot be written / không ghi được cơ sở dữ liệu",
    breakdown.DATABASE_AWAY: "the database does not answer / cơ sở dữ liệu không trả lời",
}
Run = Callable[[argparse.Namespace], int]


def parser() -> argparse.ArgumentParser:
    """Every command with its options; a command's module is imported only when it is run."""
    top = argparse.ArgumentParser(
        prog="./hoaphuong", description="Hoa Phượng: thành phố số trong một chương trình."
    )
    top.add_argument("--version", action="version", version=f"hoaphuong {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(
        name: str, module: str, help: str, *, shown: bool = True
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help if shown else argparse.SUPPRESS)
        made.set_defaults(module=module)
        return made

    up = command("up", "up", "set up everything and start the city")
    up.add_argument("--port", type=int, default=8000)
    up.add_argument("--host", default="127.0.0.1")
    up.add_argument("--no-demo", action="store_true", help="an empty city without personas")
    up.add_argument("--scale", default="small", choices=SCALES)
    up.add_argument("--open", action="store_true", help="open a browser")

    prepare = command("prepare", "prepare", "bring the data folder up to date", shown=False)
    prepare.add_argument("--scale", default="small", choices=SCALES)
    command("worker", "worker", "run the worker alone", shown=False)
    signer = command("signer", "signer", "sign what waits", shown=False)
    signer.add_argument("slot", type=int, metavar="SLOT")
    signer.add_argument("--parent", type=int, default=0, metavar="PID", help="end with it")
    signer.add_argument("--linger", type=float, default=30.0, metavar="SECONDS")
    command("collect", "collect", "collect static files", shown=False)
    stand_in = command("stand-in", "stand_in", "play an outside system", shown=False)
    stand_in.add_argument("name", choices=["authority", "axis", "bank", "post"])
    stand_in.add_argument("--port", type=int, required=True)
    stand_in.add_argument("--second-port", type=int, default=0)
    stand_in.add_argument("--folder", type=Path, required=True)

    test = command("test", "test", "run every test on SQLite and on PostgreSQL")
    test.add_argument("--all", action="store_true", help="slow proofs too")
    test.add_argument("rest", nargs=argparse.REMAINDER, help="passed on to pytest")
    bench = command("bench", "benching.bench", "measure what is promised, beside a reference")
    bench.add_argument("name", nargs="?", metavar="NAME", help="one figure only")
    bench.add_argument("--json", action="store_true")
    bench.add_argument("--scale", default="large", choices=SCALES, help="large: 100,000 dossiers")
    bench.add_argument("--postgresql", action="store_true", help="on a PostgreSQL of its own")
    bench.add_argument("--folder", metavar="FOLDER", help="keep the bench's city here for reuse")
    pictures = command("pictures", "pictures", "take the README's pictures", shown=False)
    pictures.add_argument("folder", nargs="?", type=Path, metavar="FOLDER")
    command("check", "check", "format, lint, types, layers, migrations, house rules")

    scoreboard = command("scoreboard", "scoreboard", "announced and computed, side by side")
    scoreboard.add_argument("--year", type=int, default=2023)
    scoreboard.add_argument("--json", action="store_true")

    importing = command("import", "importing", "read published lists")
    lists = importing.add_subparsers(dest="list", required=True, metavar="LIST")
    procedures = lists.add_parser("procedures", help="the national portal's procedures")
    procedures.add_argument("file", type=Path, metavar="FILE")
    procedures.add_argument("--dry-run", action="store_true")
    procedures.add_argument("--json", action="store_true")
    staff = lists.add_parser("staff", help="accounts and roles from a CSV")
    staff.add_argument("file", type=Path, metavar="FILE")
    staff.add_argument("--dry-run", action="store_true")
    staff.add_argument("--json", action="store_true")
    staff.add_argument(
        "--end-missing", action="store_true", help="end roles that the list leaves out"
    )
    staff.add_argument(
        "--at-most", type=int, default=10, metavar="N", help="officers who may lose roles so"
    )

    backup = command(
        "backup", "backups.backup", "write database, files, heads and keys into one file"
    )
    backup.add_argument("target", nargs="?", type=Path, metavar="TARGET", help="file or folder")
    backup.add_argument("--json", action="store_true")
    restore = command("restore", "backups.restore", "check a backup and put it in place")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--replace", action="store_true", help="keep the city there beside")
    restore.add_argument("--json", action="store_true")
    doctor = command("doctor", "health.doctor", "look for what is wrong; changes nothing")
    doctor.add_argument("--port", type=int, default=8000)
    doctor.add_argument("--host", default="127.0.0.1")
    doctor.add_argument("--json", action="store_true")

    journal = command("journal", "journal", "check the sealed journal")
    verbs = journal.add_subparsers(dest="verb", required=True, metavar="VERB")
    verify = verbs.add_parser("verify", help="find what was altered, removed, inserted or moved")
    verify.add_argument("--json", action="store_true")

    verifying = command("verify", "verifying", "check the signatures of PDF, XML and ASiC files")
    verifying.add_argument("files", nargs="+", type=Path, metavar="FILE")
    verifying.add_argument("--json", action="store_true")
    verifying.add_argument("--detail", action="store_true", help="all of it in the JSON")
    verifying.add_argument("--anchors", type=Path, metavar="FOLDER", help="trusted certificates")
    verifying.add_argument("--online", action="store_true", help="ask about revocation too")
    verifying.add_argument("--at", metavar="MOMENT", help="judge as at another time")

    code = command("vietqr", "vietqr", "print what the QR code of a bank transfer says")
    code.add_argument("--bin", default="", metavar="B", help="the bank's six digits")
    code.add_argument("--account", default="", metavar="A", help="letters and digits, up to 19")
    code.add_argument("--amount", metavar="N", help="whole đồng; left out: the payer types it")
    code.add_argument("--note", default="", metavar="T", help="up to 25 characters")

    certificate = command("certificate", "certificates", "certificates that sign here")
    verbs = certificate.add_subparsers(dest="verb", required=True, metavar="VERB")
    record = verbs.add_parser("record", help="take one into use")
    record.add_argument("file", type=Path, metavar="FILE", help="DER or PEM")
    holder = record.add_mutually_exclusive_group(required=True)
    holder.add_argument("--account", default="", metavar="USERNAME", help="of an officer")
    holder.add_argument("--agency", default="", metavar="CODE", help="of an agency's seal")
    record.add_argument(
        "--keys", default="client", metavar="NAME", help="place of its key; left out: on a token"
    )
    record.add_argument("--reference", default="", metavar="KEY", help="which key there")
    taken = verbs.add_parser("withdraw", help="sign with one no more")
    taken.add_argument("serial", metavar="SERIAL", help="hexadecimal")
    reasons = ["superseded", "keyCompromise", "affiliationChanged", "cessationOfOperation"]
    taken.add_argument("--reason", choices=reasons, default="superseded")

    archive = command("archive", "archive", "papers to be stamped again, and what hinders it")
    archive.add_argument("--now", action="store_true", help="try what is due at once")
    archive.add_argument("--json", action="store_true")

    password = command("password", "password", "set a new password for an account")
    password.add_argument("username")
    password.add_argument(
        "--remove-second-factor",
        action="store_true",
        help="take the account's second factor away instead, as after a lost telephone",
    )
    return top


def main(words: list[str] | None = None) -> int:
    """Run one command; 0 when it did what was asked."""
    asked = parser().parse_args(words)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hoaphuong.web.settings")
    try:
        from importlib import import_module

        run: Run = import_module(f"hoaphuong.command.{asked.module}").run
        return run(asked)
    except Refusal as refusal:
        print(f"hoaphuong: {refusal}", file=sys.stderr)
        return refusal.status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0
    except Exception as error:
        if not (sentence := _sentence(error)):
            raise  # a fault of the program: its developers need the trace
        print(f"hoaphuong: {sentence}", file=sys.stderr)
        return 1


def _sentence(error: Exception) -> str:
    where = getattr(error, "filename", None) or "the data folder"
    kind = breakdown.kind_of(error)
    if kind == breakdown.DISK_FULL:
        return f"the disk is full ({where}): free some space. / Ổ đĩa đã đầy."
    if isinstance(error, OSError):
        if error.errno in CLOSED:
            return f"{where} cannot be written. / Không ghi được vào {where}."
        return f"{error.strerror or error} ({where})."
    said = (str(error).splitlines() or [""])[0]
    return f"{SENTENCES[kind]} ({said})." if kind in SENTENCES else ""
