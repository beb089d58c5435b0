"""Queries in the language of CloudWatch Logs Insights.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html

What this cloud does not know is refused: a query never gets an answer that AWS would not give.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gurukool_localstack.insights import commands
from gurukool_localstack.insights.commands import Column, Command
from gurukool_localstack.insights.expressions import Expression, Expressions, Row
from gurukool_localstack.insights.result import Result
from gurukool_localstack.insights.scanner import Scanner
from gurukool_localstack.insights.values import Value
from gurukool_localstack.scanner import SyntaxFaultError, Token

LIMIT = 10_000  # how many rows a query without `limit` has at most
_STATS_LIMIT = 2  # commands of a query


@dataclass(frozen=True)
class Query:
    commands: list[Command]

    def run(self, rows: Iterable[dict[str, Value]], limit: int = LIMIT) -> Result:
        """The result for events with these fields, which it changes."""
        found = commands.newest_first(list(rows))
        result = Result(found, matched=len(found))
        for command in self.commands:
            command.apply(result)
        if not any(isinstance(command, commands.Limit) for command in self.commands):
            commands.Limit(limit).apply(result)
        return result


def parsed(text: str) -> Query:
    """The query. Raises SyntaxFaultError.

    >>> query = parsed("filter n > 1 | stats count(*) as many by user | sort many desc")
    >>> rows = [{"@timestamp": at, "user": user, "n": 2} for at, user in enumerate("aba")]
    >>> query.run(rows).rows
    [{'user': 'a', 'many': 2}, {'user': 'b', 'many': 1}]
    """
    return Query(_Parser(text).parse())


class _Parser:
    def __init__(self, text: str) -> None:
        self._scanner = Scanner(text)

    def parse(self) -> list[Command]:
        found: list[Command] = []
        while True:
            start = self._scanner.next()
            command = self._command(start)
            _check_order(start, found, command)
            found.append(command)
            if self._scanner.peek().kind == "end":
                return found
            self._scanner.expect("|")

    def _command(self, start: Token) -> Command:
        readers: dict[str, Callable[[], Command]] = {
            "fields": lambda: commands.Fields(self._columns()),
            "display": lambda: commands.Display(self._columns()),
            "filter": lambda: commands.Filter(Expressions(self._scanner).parse()),
            "parse": self._parse,
            "stats": self._stats,
            "sort": self._sort,
            "limit": lambda: commands.Limit(self._scanner.whole_number()),
            "dedup": lambda: commands.Dedup([column.expression for column in self._columns()]),
        }
        if start.kind == "name" and (read := readers.get(start.text.lower())):
            return read()
        message = f"The local cloud does not know the command {start.text!r}."
        raise SyntaxFaultError(message, start.at, start.end)

    def _columns(self, expressions: Expressions | None = None) -> list[Column]:
        """Expressions with commas between them, each with an alias or under its own text."""
        expressions = expressions or Expressions(self._scanner)
        columns = [self._column(expressions)]
        while self._scanner.take(","):
            columns.append(self._column(expressions))
        return columns

    def _column(self, expressions: Expressions) -> Column:
        start = self._scanner.peek()
        expression = expressions.parse()
        name = self._scanner.since(start.at)
        if start.kind == "quoted" and start.end - start.at == len(name):
            name = start.text
        return Column(self._scanner.name() if self._scanner.take("as") else name, expression)

    def _parse(self) -> Command:
        scanner = self._scanner
        pattern, text = scanner.regular_expression(), Expressions(scanner)
        source = _message if pattern or scanner.peek().kind == "text" else text.parse()
        pattern = pattern or scanner.regular_expression()
        if pattern is None:
            return self._parse_glob(source)
        names = list(pattern.groupindex)
        if not names or len(names) != pattern.groups:
            raise scanner.unexpected("a regular expression whose groups have names")
        return commands.Parse(source, pattern, names)

    def _parse_glob(self, source: Expression) -> Command:
        glob = self._scanner.next()
        if glob.kind != "text":
            raise SyntaxFaultError(
                "A pattern in quotes or between slashes was expected here.", glob.at, glob.end
            )
        self._scanner.expect("as")
        names = [self._scanner.name()]
        while self._scanner.take(","):
            names.append(self._scanner.name())
        parts = glob.text.split("*")
        if len(names) != len(parts) - 1:
            raise SyntaxFaultError("The pattern must have as many * as there are names.", glob.at, glob.end)
        # A star at the end takes all that is left, and any other as little as possible.
        last = "(.*)" if not parts[-1] else "(.*?)"
        groups = ["(.*?)"] * (len(names) - 1) + [last]
        expression = re.escape(parts[0]) + "".join(
            group + re.escape(part) for group, part in zip(groups, parts[1:], strict=True)
        )
        return commands.Parse(source, re.compile(expression, re.DOTALL), names)

    def _stats(self) -> Command:
        of_groups = Expressions(self._scanner, of_groups=True)
        columns = self._columns(of_groups)
        by = self._columns() if self._scanner.take("by") else []
        return commands.Stats(columns, by, of_groups.aggregates)

    def _sort(self) -> Command:
        keys = [self._sort_key()]
        while self._scanner.take(","):
            keys.append(self._sort_key())
        return commands.Sort(keys)

    def _sort_key(self) -> tuple[Expression, bool]:
        """AWS does not document in which order a field without `asc` or `desc` is sorted."""
        expression = Expressions(self._scanner).parse()
        return expression, self._scanner.expect("asc", "desc").is_("desc")


def _message(row: Row) -> Value:
    return row.get("@message")


def _check_order(start: Token, before: list[Command], command: Command) -> None:
    """Refuses what AWS does not allow behind `dedup` and `stats`."""
    if any(isinstance(each, commands.Dedup) for each in before) and not isinstance(command, commands.Limit):
        raise SyntaxFaultError("Only limit can follow dedup.", start.at, start.end)
    if isinstance(command, commands.Stats) and (
        sum(isinstance(each, commands.Stats) for each in before) == _STATS_LIMIT
    ):
        raise SyntaxFaultError("A query has at most two commands stats.", start.at, start.end)
