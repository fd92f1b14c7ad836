/* Keeps what was rendered for one connection until the next one begins. */
#include "verdict/tellings.h"

#include <string.h>

void tellings_clear(Tellings *tellings)
{
    telling_unref(tellings->ending);
    for (unsigned i = 0; tellings->subject && i < tellings->subject->verdict->cause_count; i++)
        telling_unref(tellings->causes[i]);
    for (unsigned i = 0; tellings->subject && i < tellings->subject->verdict->finding_count; i++)
        telling_unref(tellings->findings[i]);
    memset(tellings, 0, sizeof *tellings);
}

void tellings_begin(Tellings *tellings, const Case *subject)
{
    tellings_clear(tellings);
    tellings->subject = subject;
}

Telling *tellings_ending(Tellings *tellings)
{
    if (!tellings->ending && verdict_ending(tellings->subject->verdict))
        tellings->ending = telling_new_ending(tellings->subject);
    return tellings->ending;
}

Telling *tellings_cause(Tellings *tellings, unsigned index)
{
    if (!tellings->causes[index])
        tellings->causes[index] = telling_new_cause(tellings->subject, index);
    return tellings->causes[index];
}

Telling *tellings_leading(Tellings *tellings)
{
    return tellings->subject->verdict->cause_count ? tellings_cause(tellings, 0) : tellings_ending(tellings);
}

Telling *tellings_finding(Tellings *tellings, unsigned index)
{
    if (!tellings->findings[index])
        tellings->findings[index] = telling_new_finding(tellings->subject, index);
    return tellings->findings[index];
}
