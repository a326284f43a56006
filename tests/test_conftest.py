import socket
import subprocess
import sys
import threading

import pytest

from tests.conftest import nothing_left


def left(what):
    return pytest.raises(AssertionError, match=f"{what} are left")


def test_nothing_is_left():
    with nothing_left(patience=0):
        first, second = socket.socketpair()
        first.close()
        second.close()
        subprocess.run([sys.executable, "-c", ""], check=True)


def test_a_thread_is_left():
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait, name="indinb-forgotten")
    with left("threads"), nothing_left(patience=0.01):
        thread.start()
    stop.set()
    thread.join()


def test_a_thread_that_is_about_to_end_is_waited_for():
    stop = threading.Event()
    with nothing_left(patience=5):
        threading.Thread(target=stop.wait, name="indinb-late").start()
        threading.Timer(0.01, stop.set).start()


def test_threads_of_others_do_not_count():
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait, name="other")
    with nothing_left(patience=0):
        thread.start()
    stop.set()
    thread.join()


def test_a_socket_is_left():
    with left("sockets"), nothing_left(patience=0):
        forgotten = socket.socket()
    forgotten.close()


def test_a_child_process_is_left():
    with left("child processes"), nothing_left(patience=0):
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    child.communicate(b"\n")
