import gc
import threading
import weakref

import pytest

from indinb.client.worker import Worker
from tests.client.fakes import SOON


@pytest.fixture
def worker():
    worker = Worker()
    yield worker
    worker.close(SOON)


@pytest.fixture
def held(worker):
    """Return the event that ends what the worker has begun."""
    begun, go_on = threading.Event(), threading.Event()
    worker.submit(lambda: begun.set() or go_on.wait(SOON))
    assert begun.wait(SOON)
    yield go_on
    go_on.set()


def test_one_thing_after_another(worker):
    order = []
    jobs = [worker.submit(order.append, number) for number in range(100)]
    assert [job.result(SOON) for job in jobs] == [None] * 100
    assert order == list(range(100))


def test_what_goes_wrong_is_in_the_result(worker):
    assert isinstance(worker.submit(lambda: 1 / 0).exception(SOON), ZeroDivisionError)


def test_nothing_is_taken_after_the_end(worker):
    worker.close(SOON)
    with pytest.raises(RuntimeError):
        worker.submit(int)


def test_what_has_not_begun_is_cancelled_and_what_has_is_waited_for(worker, held):
    job = worker.submit(int)
    closing = threading.Thread(target=worker.close, args=(SOON,))
    job.add_done_callback(lambda _: held.set())
    closing.start()
    closing.join(SOON)
    assert job.cancelled()
    assert not closing.is_alive()


def test_what_does_not_end_is_not_waited_for_for_ever(worker, held):
    assert worker.close(0.01) is False
    held.set()
    assert worker.close(SOON) is True


def test_it_may_be_closed_at_the_end_of_a_job(worker, held):
    job = worker.submit(int)
    job.add_done_callback(lambda _: worker.close(0))
    job.add_done_callback(lambda _: held.set())
    assert worker.close(SOON) is True


def test_it_may_be_closed_by_what_it_does(worker):
    assert worker.submit(worker.close, SOON).result(SOON) is True


def test_close_twice(worker):
    assert worker.close(SOON)
    assert worker.close(SOON)


def test_a_forgotten_worker_ends():
    worker = Worker()
    thread = worker.submit(threading.current_thread).result(SOON)
    gone = weakref.ref(worker)
    del worker
    gc.collect()
    thread.join(SOON)
    assert gone() is None
    assert not thread.is_alive()
