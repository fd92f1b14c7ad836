/* Keeps what was rendered for one connection until the next one begins. */
#include "verdict/tellings.h"

#include <string.h>

void tellings_clear(Tellings *tellings)
{
    telling_unref(tellings->ending);
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

Telling *tellings_finding(Tellings *tellings, unsigned index)
{
    if (!tellings->findings[index])
        tellings->findings[index] = telling_new_finding(tellings->subject, index);
    return tellings->findings[index];
}
