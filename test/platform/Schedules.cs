using NCrontab;

namespace Platform;

/// <summary>Schedules, and the time from which their next occurrences are counted.</summary>
record ScheduleQuestion(string[] Texts, DateTime From, int Count);

/// <summary>What the parser makes of one; null where it refuses it.</summary>
record ScheduleAnswer(DateTime[]? Next);

/// <summary>The parser that the timer extension parses with, called as its <c>CronSchedule</c> calls it.</summary>
static class Schedules
{
    /// <summary>What NCrontab answers where there is no further occurrence.</summary>
    static readonly DateTime Never = DateTime.MaxValue;

    public static ScheduleAnswer[] Read(ScheduleQuestion question)
    {
        var from = DateTime.SpecifyKind(question.From, DateTimeKind.Unspecified);
        return [.. question.Texts.Select(text => new ScheduleAnswer(Next(text, from, question.Count)))];
    }

    static DateTime[]? Next(string text, DateTime from, int count)
    {
        var options = new CrontabSchedule.ParseOptions { IncludingSeconds = HasSeconds(text) };
        if (Parse(text, options) is not { } schedule) return null;
        var occurrences = new List<DateTime>();
        for (var next = from; occurrences.Count < count; occurrences.Add(next))
        {
            next = schedule.GetNextOccurrence(next);
            if (next >= Never.Date) break;
        }
        return [.. occurrences.Select(each => DateTime.SpecifyKind(each, DateTimeKind.Utc))];
    }

    /// <summary>The parser throws where a step makes its counter overflow; the host then starts no such function either.</summary>
    static CrontabSchedule? Parse(string text, CrontabSchedule.ParseOptions options)
    {
        try
        {
            return CrontabSchedule.TryParse(text, options);
        }
        catch (Exception error) when (error is OverflowException or IndexOutOfRangeException or ArgumentException)
        {
            return null;
        }
    }

    static bool HasSeconds(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length != 5;
}
