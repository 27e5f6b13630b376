"""Calls from several threads at the same time."""
import threading


def in_threads(count, function):
    """Call function(number) in that many threads; raise what one of them raises."""
    broken = []

    def guarded(number):
        try:
            function(number)
        except Exception as reason:  # raised below
            broken.append(reason)
    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]


def at_once(count, ask):
    """Call ask(number) in that many threads at the same time; return the answers, of which one is a
    text where there was none. Raise what one of them raises otherwise."""
    barrier, answers, broken = threading.Barrier(count), [None] * count, []

    def run(number):
        barrier.wait()
        try:
            answers[number] = ask(number)
        except OSError as reason:
            answers[number] = repr(reason)
        except Exception as reason:  # raised below
            broken.append(reason)
    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return answers
