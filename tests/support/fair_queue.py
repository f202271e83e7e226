"""A standard queue of SQS's whose messages name a group, as AWS's documentation has it.

Amazon SQS Developer Guide, "How Amazon SQS fair queues work" (November 2026): a group with more than a tenth of the
messages that are at work, and 30 of them at least, is noisy; messages of quiet groups come first; of noisy groups, that
with the fewest at work. So it is until the group has none left. What is left out: a group may also be noisy by the time
that its messages take, and the numbers are approximate.
"""

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field

SHARE, LEAST = 0.1, 30


@dataclass(slots=True)
class FairQueue[Message]:
    """``fair`` is whether it looks at groups; else the oldest message comes first."""

    fair: bool = True
    waiting: dict[str, deque[tuple[int, Message]]] = field(default_factory=lambda: defaultdict(deque))
    at_work: Counter[str] = field(default_factory=Counter)
    noisy: set[str] = field(default_factory=set)
    sent: int = 0

    def send(self, message: Message, group: str) -> None:
        self.sent += 1
        self.waiting[group].append((self.sent, message))

    def receive(self) -> tuple[str, Message] | None:
        """The next message, and its group, which has one more at work; None where there is none."""
        groups = [group for group, messages in self.waiting.items() if messages]
        if not groups:
            return None
        if self.fair:
            chosen = min(groups, key=lambda group: (self._rank(group), self.waiting[group][0][0]))
        else:
            chosen = min(groups, key=lambda group: self.waiting[group][0][0])
        message = self.waiting[chosen].popleft()[1]
        if not self.waiting[chosen]:
            del self.waiting[chosen]
            self.noisy.discard(chosen)
        self.at_work[chosen] += 1
        if self.at_work[chosen] >= LEAST and self.at_work[chosen] > SHARE * self.at_work.total():
            self.noisy.add(chosen)
        return chosen, message

    def done(self, group: str) -> None:
        """A message of this group is at work no more."""
        self.at_work[group] -= 1

    def _rank(self, group: str) -> int:
        return 1 + self.at_work[group] if group in self.noisy else 0
