"""The loop: one event after the other, each a whole number.

    event = time (ns) | kind (2 bits and a spare one) | client (17 bits)

Numbers go in and out of a heap in half the time that tuples do. Of what happens in the same
nanosecond, what ends comes before what begins, and then clients have their turn in order. What an
answer will take is known when it begins, so whether its client gives up first is too; and the way
to the server is part of the time of arrival. So a refusal is one event and an answer two.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from math import ceil, log
from typing import cast

from simtwin.core.bucket import NS
from simtwin.core.storm.books import WINDOW, Book, Books
from simtwin.core.storm.draws import Draws, stream
from simtwin.core.storm.policy import Client, Holding
from simtwin.core.storm.server import OVERLOADED, SERVED, Server
from simtwin.core.storm.storm import Incident, Population, Storm, Surge, ns

_CLIENT_BITS = 17
_SHIFT = _CLIENT_BITS + 3
_CLIENTS = (1 << _CLIENT_BITS) - 1
# In the order in which they happen where they happen at once.
_LEFT, _ANSWERED, _TIMED_OUT, _BEGINS, _ARRIVES = (kind << _CLIENT_BITS for kind in range(5))
_KINDS = 7 << _CLIENT_BITS


def run(storm: Storm) -> Books:
    """What happens.

    Raises:
        PolicyError: a policy of somebody's own did what none may.
    """
    return _Loop(storm).run()


class _Loop:
    """All clients, and what they wait for. Lists have an item for each client; times are ns."""

    def __init__(self, storm: Storm) -> None:
        self._storm = storm
        self._books = books = Books.of(storm)
        self._end = ns(storm.seconds)
        self._server = Server(
            storm.serving, [each for each in storm.causes if isinstance(each, Incident)]
        )
        self._surges = [
            (ns(each.start), ns(each.end), each.factor)
            for each in storm.causes
            if isinstance(each, Surge)
        ]
        self._round_trip = ns(storm.round_trip_seconds)
        self._every = storm.every_seconds * NS
        self._work = storm.serving.service_seconds * NS
        self._rests_vary = storm.rest_spread == "exponential"
        self._work_varies = storm.serving.spread == "exponential"
        self._longest_wait = 0
        self._draws = Draws(0)
        clients = storm.clients
        self._attempts = [0] * clients
        self._began = [0] * clients
        self._book: list[Book] = []
        self._client: list[Client] = []
        self._holding: list[Holding | None] = []
        self._timeout: list[int] = []
        # Two streams each, or the calls of a client would be others under another policy.
        self._rest_stream: list[int] = []
        self._wait_stream: list[int] = []
        for place, population in enumerate(storm.populations):
            self._join(population, place, books.by_population[place])
        self._heap: list[int] = []
        for client in range(clients):
            self._rests(client, 0)
        heapify(self._heap)

    def run(self) -> Books:
        books, heap = self._books, self._heap
        arrives, begins, answered, timed_out = (
            self._arrives,
            self._begins,
            self._answered,
            self._timed_out,
        )
        end, most, events, now = self._end << _SHIFT, self._storm.most_events, 0, 0
        while heap and heap[0] < end:
            if events == most:
                books.cut_short = True
                break
            event = heappop(heap)
            events += 1
            now, kind, client = event >> _SHIFT, event & _KINDS, event & _CLIENTS
            if kind == _ARRIVES:
                arrives(client, now)
            elif kind == _ANSWERED:
                answered(client, now)
            elif kind == _LEFT:
                self._server.room.leave()
            elif kind == _TIMED_OUT:
                timed_out(client, now)
            else:
                begins(client, now)
        books.events = events
        books.stopped_at = now if books.cut_short else self._end
        books.longest_wait = self._longest_wait
        books.most_under_way = self._server.most_under_way
        self._still()
        return books

    def _join(self, population: Population, place: int, book: Book) -> None:
        policy = population.policy
        for number in range(population.clients):
            client = policy.client()
            self._client.append(client)
            self._holding.append(cast("Holding", client) if policy.holds else None)
            self._book.append(book)
            self._timeout.append(ns(policy.timeout_seconds))
            # By place and not by name: under another policy the same clients call at the same times.
            self._rest_stream.append(stream(self._storm.seed, f"{place}/{number}/rests"))
            self._wait_stream.append(stream(self._storm.seed, f"{place}/{number}/waits"))

    def _rests(self, client: int, now: int) -> None:
        """A client's call is over: its next one begins when it has rested."""
        draws = self._draws
        draws.state = self._rest_stream[client]
        if self._rests_vary:
            rest = -log(1.0 - draws.random()) * self._every
        else:
            # The first one begins anywhere, or all would come at once.
            rest = self._every * (1.0 if self._attempts[client] else draws.random())
        self._rest_stream[client] = draws.state
        for start, end, factor in self._surges:
            if start <= now < end:
                rest /= factor
        self._attempts[client] = 0
        self._began[client] = at = now + round(rest)
        if self._holding[client] is None:
            heappush(self._heap, (at + self._round_trip) << _SHIFT | _ARRIVES | client)
        else:
            heappush(self._heap, at << _SHIFT | _BEGINS | client)

    def _begins(self, client: int, now: int) -> None:
        """A call begins whose client may hold it back."""
        self._book[client].calls[now // WINDOW] += 1
        self._send(client, now, now)

    def _send(self, client: int, at: int, now: int) -> None:
        """The next attempt is due; told at `now`, where there is a place to give it up."""
        holding = self._holding[client]
        if holding is not None:
            sent = holding.may_send(at)
            if sent is None:
                self._lose(client, now)
                return
            at = sent
        heappush(self._heap, (at + self._round_trip) << _SHIFT | _ARRIVES | client)

    def _arrives(self, client: int, now: int) -> None:
        """An attempt has come to the server."""
        book, window = self._book[client], now // WINDOW
        self._attempts[client] += 1
        book.attempts[window] += 1
        if self._attempts[client] == 1 and self._holding[client] is None:
            book.calls[window] += 1
        server = self._server
        status = server.meets(now)
        if status != SERVED:
            (book.refused if status == OVERLOADED else book.limited)[window] += 1
            self._failed(client, now, status, server.told(status, now))
            return
        work = self._work
        if self._work_varies:
            draws = self._draws
            draws.state = self._rest_stream[client]
            work *= -log(1.0 - draws.random())
            self._rest_stream[client] = draws.state
        lasts = server.begin(round(work), now)
        self._books.work += lasts
        gives_up = now - self._round_trip + self._timeout[client]
        if now + lasts <= gives_up:
            heappush(self._heap, (now + lasts) << _SHIFT | _ANSWERED | client)
            return
        heappush(self._heap, gives_up << _SHIFT | _TIMED_OUT | client)
        leaves = now + lasts
        if self._storm.serving.drops_abandoned:
            self._books.work -= now + lasts - gives_up
            leaves, lasts = gives_up, gives_up - now
        self._books.abandoned += lasts
        heappush(self._heap, leaves << _SHIFT | _LEFT | client)

    def _answered(self, client: int, now: int) -> None:
        self._server.room.leave()
        book = self._book[client]
        book.served[now // WINDOW] += 1
        book.took.add(now - self._began[client])
        holding = self._holding[client]
        if holding is not None:
            holding.answered()
        self._rests(client, now)

    def _timed_out(self, client: int, now: int) -> None:
        self._book[client].timed_out[now // WINDOW] += 1
        self._failed(client, now, None, None)

    def _failed(self, client: int, now: int, status: int | None, told: float | None) -> None:
        """An attempt failed: the policy says what becomes of the call."""
        holding = self._holding[client]
        if holding is not None:
            holding.failed(now)
        draws = self._draws
        draws.state = self._wait_stream[client]
        elapsed = (now - self._began[client]) / NS
        seconds = self._client[client].wait(self._attempts[client], status, told, elapsed, draws)
        self._wait_stream[client] = draws.state
        if seconds is None:
            self._lose(client, now)
            return
        # Up, or whoever waits what it was told would come a nanosecond too early.
        wait = ceil(seconds * NS)
        self._longest_wait = max(self._longest_wait, wait)
        self._send(client, now + wait, now)

    def _lose(self, client: int, now: int) -> None:
        """A call is given up."""
        self._book[client].lost[now // WINDOW] += 1
        self._rests(client, now)

    def _still(self) -> None:
        """What is not over when it ends: each client waits for one thing."""
        for event in self._heap:
            kind, client = event & _KINDS, event & _CLIENTS
            if kind in {_ANSWERED, _TIMED_OUT}:
                self._book[client].under_way += 1
                self._book[client].unfinished += 1
            elif kind == _ARRIVES and (self._attempts[client] or self._holding[client] is not None):
                self._book[client].unfinished += 1
