from datetime import UTC, date, datetime

from sportello.desk.rules.satisfaction import Vote
from sportello.reports import charts
from sportello.web.reports import satisfaction_votes

SLOW = {"slow": "We were too slow"}


def test_causes_of_a_month_that_runs_are_not_of_the_last_one(db):
    causes = {9: "slow", 10: "slow", 11: "rude"}
    votes = [Vote(datetime(2026, month, 10, tzinfo=UTC), True, 1, None, cause) for month, cause in causes.items()]

    chart = satisfaction_votes.trend(votes, [date(2026, 9, 1), date(2026, 10, 1)], SLOW, "")
    assert chart is not None
    drawn = charts.figure(chart)

    assert drawn.count("month=2026-09") == drawn.count("month=2026-10") > 0
    assert ">2<" not in drawn
    assert [one.name for one in chart.series] == ["We were too slow"]
