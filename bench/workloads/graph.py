"""A Python program: objects, dictionaries and a shortest-path search over a made-up graph."""

import heapq
import sys


class Place:
    def __init__(self, name):
        self.name = name
        self.roads = {}


def build(count):
    places = [Place(f"place {i}") for i in range(count)]
    for i, place in enumerate(places):
        for k in range(1, 6):
            place.roads[places[(i * 31 * k + k * 7) % count].name] = (i * k) % 97 + 1
    return {place.name: place for place in places}


def distances(places, start):
    best, queue = {start: 0}, [(0, start)]
    while queue:
        so_far, name = heapq.heappop(queue)
        if so_far > best[name]:
            continue
        for other, length in places[name].roads.items():
            if so_far + length < best.get(other, 1 << 30):
                best[other] = so_far + length
                heapq.heappush(queue, (so_far + length, other))
    return best


places = build(int(sys.argv[1]))
print("graph", sum(sum(distances(places, f"place {i}").values()) for i in range(5)))
