/* An office that hands in the file CLAIM, and writes what came back to BACK. */
#include <stdio.h>
#include <stdlib.h>

#include "onshi_driver.h"

static json_t *check_in(const onshi_visit *visit)
{
    json_t *chart = json_object_get(visit->facts, "chart");
    return json_pack("{s:s, s:[s], s:O}", "status", "valid", "evidence", "online", "chart_after", chart);
}

static size_t whole(const char *path, char *into, size_t most)
{
    FILE *file = fopen(path, "rb");
    size_t size = fread(into, 1, most, file);
    fclose(file);
    return size;
}

static json_t *claim(const onshi_visit *visit)
{
    static char bytes[65536];
    char *wrong = onshi_hand_in(visit, bytes, whole(getenv("CLAIM"), bytes, sizeof bytes));
    json_t *seen = json_pack("{s:b, s:s}", "held", 0, "message", wrong != NULL ? wrong : "null");
    free(wrong);
    return seen;
}

static json_t *returns(const onshi_visit *visit)
{
    static char bytes[65536];
    const char *path = json_string_value(json_object_get(visit->facts, "returns"));
    size_t size = whole(path, bytes, sizeof bytes);
    FILE *file = fopen(getenv("BACK"), "wb");
    fwrite(bytes, 1, size, file);
    fclose(file);
    return json_pack("{s:b, s:[s]}", "reopened", 1, "reasons", "保険者の相違");
}

int main(int argc, char **argv)
{
    static const char *const defaults[] = {"untroubled", NULL};
    onshi_office(claim, returns);
    return onshi_run("webapi", check_in, defaults, argc, argv);
}
