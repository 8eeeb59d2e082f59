"""Fixtures of signing. ``authority``: the demonstration authority, running, for one test.

It gives ``.folder``, ``.address``, ``.tsa`` (URL), ``.root`` and ``.issuing`` (DER), ``.outside``
(may ask it), ``.faults("tsa", hang=3)``, ``.requests()``. Certificates come from
``hoaphuong.signing.authority.issue(authority.folder, …)``. One process serves a whole test module
(``authority_process``); each test begins without faults. Tests of other apps import
``running`` from ``hoaphuong.signing.tests.authority_process``.
"""

from collections.abc import Iterator

import pytest

from hoaphuong.signing.tests.authority_process import Running, running


@pytest.fixture(scope="module")
def authority_process(tmp_path_factory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("authority")) as here:
        yield here


@pytest.fixture
def authority(authority_process: Running) -> Running:
    authority_process.faults()
    return authority_process
