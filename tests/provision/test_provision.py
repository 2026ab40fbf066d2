"""Set-up says clearly what is wrong, and knows when nothing is to be done."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dev.provision import (
    configuration,
    databases,
    debian,
    disk,
    environment,
    odoo_source,
    postgres,
    python_version,
    stamps,
)
from dev.provision.errors import SetupError

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("version", [(3, 9), (3, 14), (2, 7)])
def test_unsupported_python_is_refused(version):
    """The refusal names the versions that work and how to choose one."""
    with pytest.raises(SetupError, match=r"(?s)3\.10 to 3\.13.*PYTHON=") as refusal:
        python_version.check_python(version)
    assert f"Python {version[0]}.{version[1]} " in refusal.value.problem


@pytest.mark.parametrize("minor", [10, 11, 12, 13])
def test_supported_python_is_taken(minor):
    """All four versions that Odoo 19.0 runs on pass."""
    python_version.check_python((3, minor))


def test_full_disk_is_seen_before_the_download(monkeypatch, tmp_path):
    """What is free and what is needed are both said."""
    monkeypatch.setattr(disk, "NEEDED", {tmp_path / "odoo": 2 * 10**9})
    usage = disk.shutil.disk_usage(tmp_path)._replace(free=10**9)
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(SetupError, match=r"Only 1\.0 GB.*2\.3 GB are needed"):
        disk.check_disk(tmp_path)
    (tmp_path / "odoo").mkdir()  # already there: only the databases need room
    disk.check_disk(tmp_path)


def test_without_apt_the_way_out_is_odoo_home(monkeypatch):
    """A machine that is not Debian's kin is told of ODOO_HOME."""
    monkeypatch.setattr(debian.shutil, "which", lambda name: None)
    with pytest.raises(SetupError, match=r"(?s)apt-get and dpkg-deb.*ODOO_HOME="):
        debian._require_tools()


def test_mirror_is_read_from_the_sources_of_apt(tmp_path):
    """Both forms of apt's source files are understood."""
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list").write_text(
        "# deb http://old.example/debian x main\ndeb http://a.example/debian x main\n"
    )
    (tmp_path / "sources.list.d/b.sources").write_text(
        "Types: deb\nURIs: http://b.example/debian/\nSuites: x\n"
    )
    assert debian._addresses_in_sources(tmp_path) == [
        "http://a.example/debian",
        "http://b.example/debian/",
    ]


def test_machine_without_a_debian_mirror(monkeypatch):
    """Ubuntu's or another's mirror does not do, and that is said."""
    nothing = subprocess.CompletedProcess([], 0, "http://a.example/ubuntu/\n")
    monkeypatch.setattr(debian.subprocess, "run", lambda *args, **options: nothing)
    monkeypatch.setattr(debian, "_addresses_in_sources", list)
    with pytest.raises(SetupError, match="no mirror of Debian"):
        debian._mirror()


def _fake_odoo(folder, series):
    """Make as much of an Odoo as set-up looks at."""
    (folder / "odoo").mkdir(parents=True)
    major, minor = series.split(".")
    text = f"version_info = ({major}, {minor}, 0, FINAL, 0, '')\n"
    (folder / "odoo/release.py").write_text(text)
    return folder


@pytest.mark.parametrize("inside", ["", "odoo"])
def test_odoo_home_may_be_a_checkout_or_the_package(monkeypatch, tmp_path, inside):
    """ODOO_HOME takes the place of the download."""
    home = _fake_odoo(tmp_path / "home", "19.0")
    monkeypatch.setenv("ODOO_HOME", str(home / inside))
    found = odoo_source.find_odoo()
    assert found.import_path == home
    assert found.version.startswith("19.0 ")


def test_another_odoo_is_refused(monkeypatch, tmp_path):
    """A checkout of another series, or of something else, is refused."""
    monkeypatch.setenv("ODOO_HOME", str(_fake_odoo(tmp_path / "old", "18.0")))
    with pytest.raises(SetupError, match=r"is not Odoo 19\.0"):
        odoo_source.find_odoo()
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    with pytest.raises(SetupError, match="holds no Odoo"):
        odoo_source.find_odoo()


def test_server_of_the_reader_that_does_not_answer(monkeypatch):
    """A wrong PGHOST or PGPORT is said in PostgreSQL's words, with what to check."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("PGHOST", "127.0.0.1")
        monkeypatch.setenv("PGPORT", str(probe.getsockname()[1]))
        with pytest.raises(SetupError, match=r"(?s)refused.*check PGHOST.*unset"):
            postgres.ensure_postgres()


def _server_says(monkeypatch, answer):
    """Let the reader's server answer the one question it is asked."""
    monkeypatch.setenv("PGHOST", "db.example")
    monkeypatch.setattr(postgres, "query", lambda *args: answer)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("postgres|t|160004", "role `postgres`"),
        ("odoo|f|160004", "may not create databases"),
        ("odoo|t|120010", "PostgreSQL 12 is too old"),
    ],
)
def test_server_of_the_reader_that_does_not_do(monkeypatch, answer, message):
    """Role, rights and version are checked before Odoo stumbles over them."""
    _server_says(monkeypatch, answer)
    with pytest.raises(SetupError, match=message):
        postgres.ensure_postgres()


def test_server_of_the_reader_is_taken(monkeypatch):
    """PGHOST names the server to use, and the role comes from the server itself."""
    monkeypatch.delenv("PGPORT", raising=False)
    _server_says(monkeypatch, "odoo|t|160004")
    assert postgres.ensure_postgres()["PGHOST"] == "db.example"
    assert postgres.ensure_postgres()["PGUSER"] == "odoo"


def test_key_of_a_tree(tmp_path):
    """Contents and names count; compiled files and folders left out do not."""
    (tmp_path / "models").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "models/a.py").write_text("a = 1")
    before = stamps.digest_tree(tmp_path, ["tests"])
    (tmp_path / "tests/test_a.py").write_text("pass")
    (tmp_path / "models/__pycache__").mkdir()
    (tmp_path / "models/__pycache__/a.pyc").write_text("x")
    assert stamps.digest_tree(tmp_path, ["tests"]) == before
    (tmp_path / "models/a.py").write_text("a = 2")
    changed = stamps.digest_tree(tmp_path, ["tests"])
    (tmp_path / "models/a.py").rename(tmp_path / "models/b.py")
    assert len({before, changed, stamps.digest_tree(tmp_path, ["tests"])}) == 3


def test_every_requirement_is_pinned():
    """A set-up in a year makes what it makes today."""
    for file in (environment.MAIN, environment.OCA, environment.LINT):
        for line in file.read_text().splitlines():
            requirement = line.partition("#")[0].strip()
            assert not requirement or "==" in requirement.partition(";")[0], line


def test_names_of_databases_tell_clones_apart():
    """Templates and test databases of this clone bear its mark."""
    own = databases.scratch_name(os.getpid())
    assert own.endswith(f"_scratch_{os.getpid()}")
    assert own.startswith(databases._prefix())
    assert len(own) <= 63  # PostgreSQL's limit


def test_second_run_takes_seconds():
    """With everything in place set-up only looks."""
    done = subprocess.run(
        [sys.executable, "-m", "dev.provision", "env"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    assert "->" not in done.stderr  # no step was taken
    assert "export PGHOST=" in done.stdout


def test_a_copy_is_apart_from_its_template():
    """Database and file store are copied, changed and dropped on their own."""
    run = databases.ensure()
    template, copy = f"{databases._prefix()}t", f"{databases._prefix()}c"
    databases._drop(run, template)
    try:
        postgres.query(f'CREATE DATABASE "{template}" TEMPLATE template0', run.pg_env)
        postgres.query("CREATE TABLE fact AS SELECT 42 AS value", run.pg_env, template)
        store = run.data / "filestore" / template / "ab"
        store.mkdir(parents=True)
        (store / "abcd").write_text("attachment")
        databases.clone_database(template, copy)
        value = postgres.query("SELECT value FROM fact", run.pg_env, copy)
        assert value == "42"
        (run.data / "filestore" / copy / "ab/abcd").unlink()
        databases.drop_database(copy)
        assert (store / "abcd").read_text() == "attachment"
        assert copy not in databases._databases(run)
        assert not (run.data / "filestore" / copy).exists()
    finally:
        databases._drop(run, template)
        databases._drop(run, copy)


def test_test_configuration_opens_nothing_to_the_network():
    """Tests serve on loopback, and no cron works behind their back."""
    text = configuration.write_test_configuration(databases.ensure()).read_text()
    assert "http_interface = 127.0.0.1\n" in text
    assert "max_cron_threads = 0\n" in text
