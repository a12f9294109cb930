"""A fork pool, threads, and a subprocess; then an allocation failure that Python survives."""
import multiprocessing
import subprocess
import sys
import threading


def work(number):
    return sum(len(str(i) * number) for i in range(2000))


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    with multiprocessing.Pool(3) as pool:
        print(sum(pool.map(work, range(50))))
    results = []
    threads = [threading.Thread(target=lambda n=n: results.append(work(n))) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(sum(results))
    print(subprocess.run([sys.executable, "-c", "print('child', len('x' * 100))"], capture_output=True, text=True).stdout)
    try:
        bytearray(1 << 60)
    except MemoryError:
        print("MemoryError")
