"""Child processes: what they say is read, how they ended is told, and none outlives its parent."""

import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from server.cli import processes
from server.cli.processes import Processes
from tests.serving import until

READY = "import time; print('{\"a\": 1}', flush=True); time.sleep(600)"


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_child_is_ready_when_it_prints_its_line() -> None:
    with Processes() as children:
        assert {"a": 1} == children.ready(children.start("one", python(READY)))


def test_a_child_that_ends_before_it_is_ready_is_told_with_its_last_words(tmp_path: Path) -> None:
    with Processes(tmp_path) as children, pytest.raises(click.ClickException) as told:
        children.ready(children.start("one", python("import sys; sys.exit('Error: no room.')")))

    assert f"one ended with code 1: no room (its log: {tmp_path / 'one.log'})." == told.value.message


def test_a_child_that_is_killed_is_found_dead() -> None:
    with Processes() as children:
        child = children.start("one", python(READY))
        children.ready(child)
        child.process.kill()

        assert child is until(children.dead)
        assert "one was ended by SIGKILL." == processes.told(child)


def test_children_end_in_the_order_that_was_asked_for(tmp_path: Path) -> None:
    code = (
        "import signal, sys, time; signal.signal(15, lambda *_: (open({0!r}, 'a').write({1!r}), sys.exit()));"
        "print('{{}}', flush=True); time.sleep(600)"
    )
    order = str(tmp_path / "order")
    with Processes() as children:
        inner = children.start("inner", python(code.format(order, "i")))
        outer = children.start("outer", python(code.format(order, "o")))
        last = children.start("last", python(code.format(order, "l")), outlives=inner)
        for child in (inner, outer, last):
            children.ready(child)

    assert "oil" == Path(order).read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent is gone")
def test_no_child_outlives_a_parent_that_is_killed() -> None:
    code = (
        "import time; from server.cli import processes; children = processes.Processes();"
        "child = children.start('sandbox', processes.serve('sandbox', '--port=0')); children.ready(child);"
        "print(child.process.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen(python(code), stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())

    parent.kill()
    parent.communicate()

    until(lambda: not processes.runs(pid))


def test_a_later_signal_ends_a_process_at_once() -> None:
    code = (
        "import time; from server.cli import processes; stop = processes.stopping(); print('up', flush=True);"
        "stop.wait(); print('stopping', flush=True); time.sleep(600)"
    )
    process = subprocess.Popen(python(code), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()

    process.send_signal(signal.SIGTERM)
    assert "stopping\n" == process.stdout.readline()

    assert -signal.SIGTERM == until(lambda: process.send_signal(signal.SIGTERM) or process.poll(), seconds=20)
    process.stdout.close()


def test_two_signals_at_once_are_one() -> None:
    code = (
        "from server.cli import processes; stop = processes.stopping(); print('up', flush=True);"
        "stop.wait(); print('ended well', flush=True)"
    )
    process = subprocess.Popen(python(code), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()

    process.send_signal(signal.SIGSTOP)  # so that both are there when it goes on, however busy the machine is
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGCONT)

    assert "ended well\n" == process.communicate(timeout=20)[0]
    assert 0 == process.returncode
