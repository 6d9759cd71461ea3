/* A product that hangs in one trouble and crashes in another, and is well in the rest. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "onshi_driver.h"

static json_t *check_in(const onshi_visit *visit)
{
    const char *trouble = json_string_value(json_object_get(visit->facts, "trouble"));
    if (trouble != NULL && strcmp(trouble, "eligibility.invalid") == 0)
        while (1)
            pause();
    if (trouble != NULL && strcmp(trouble, "eligibility.not_found") == 0)
        raise(SIGSEGV);
    return json_pack("{s:s}", "status", "valid");
}

int main(int argc, char **argv)
{
    static const char *const defaults[] = {"eligibility.invalid", "eligibility.not_found",
                                           "untroubled", NULL};
    return onshi_run("webapi", check_in, defaults, argc, argv);
}
