#define _GNU_SOURCE
#include "onshi_driver.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PASSED = 0, FAILED = 1, IMPOSSIBLE = 2, UNREADABLE = 422 };

typedef struct buffer {
    char *text;
    size_t size;
} buffer;

static const char *junit = "onshi-junit.xml";
static double patience = 30;
static int quiet = 0;
static onshi_check_in claim_due = NULL, came_back = NULL;
static int to_parent = -1; /* in the product's process: where its end is told */

static void tell_parent(int code)
{
    char byte = (char)code;
    if (to_parent >= 0 && write(to_parent, &byte, 1) != 1)
        _exit(IMPOSSIBLE);
}

/* The run cannot go on: one sentence. */
static void end_of_run(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
static void end_of_run(const char *format, ...)
{
    va_list more;
    va_start(more, format);
    fflush(stdout);
    fputs("onshi: ", stderr);
    vfprintf(stderr, format, more);
    fputc('\n', stderr);
    va_end(more);
    tell_parent(IMPOSSIBLE);
    exit(IMPOSSIBLE);
}

static void *needed(void *made)
{
    if (made == NULL)
        end_of_run("out of memory");
    return made;
}

static char *formatted(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *formatted(const char *format, ...)
{
    char *text = NULL;
    va_list more;
    va_start(more, format);
    if (vasprintf(&text, format, more) < 0)
        text = NULL;
    va_end(more);
    return needed(text);
}

/* ------------------------------------------------------------------ the control API */
static size_t collect(char *data, size_t one, size_t count, void *into)
{
    buffer *all = into;
    all->text = needed(realloc(all->text, all->size + one * count + 1));
    memcpy(all->text + all->size, data, one * count);
    all->size += one * count;
    all->text[all->size] = '\0';
    return one * count;
}

static const char *setting(const char *name)
{
    const char *value = getenv(name);
    if (value == NULL || *value == '\0')
        end_of_run("%s is not set: start onshi serve and export what it prints", name);
    return value;
}

/* A refusal in the words of the control API, to be freed. */
static char *reason(long status, const char *answer)
{
    json_t *tree = json_loads(answer, 0, NULL);
    const char *message = NULL, *field = "";
    json_t *meant = NULL;
    if (json_unpack(tree, "{s:{s:s, s:s, s:o}}", "error", "message", &message, "field", &field,
                    "did_you_mean", &meant) != 0)
        return formatted("HTTP status %ld: %s", status, answer);
    const char *first = json_string_value(json_array_get(meant, 0));
    char *text = formatted("%s%s%s%s%s%s", field, *field ? ": " : "", message,
                           first ? " (did you mean " : "", first ? first : "", first ? "?)" : "");
    json_decref(tree);
    return text;
}

/* The answer of one call, to be freed, and its status. */
static char *ask(const char *method, const char *path, const char *sent, size_t size, long *status)
{
    CURL *curl = needed(curl_easy_init());
    char *url = formatted("%s%s", setting("ONSHI_CONTROL_URL"), path);
    char *header = formatted("Authorization: Bearer %s", setting("ONSHI_CONTROL_TOKEN"));
    struct curl_slist *headers = curl_slist_append(NULL, header);
    buffer answer = {needed(calloc(1, 1)), 0};

    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 120L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    if (sent != NULL) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, sent);
    }
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
    if (code != CURLE_OK)
        end_of_run("nothing answers at %s (%s): start onshi serve and export what it prints", url,
                   curl_easy_strerror(code));

    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    free(url);
    free(header);
    return answer.text;
}

/* The answer of one call that has to succeed, to be freed. Takes over `body`. */
static char *call(const char *method, const char *path, json_t *body)
{
    char *sent = body != NULL ? needed(json_dumps(body, 0)) : NULL;
    long status = 0;
    char *answer = ask(method, path, sent, sent != NULL ? strlen(sent) : 0, &status);
    if (status >= 300)
        end_of_run("%s", reason(status, answer));
    json_decref(body);
    free(sent);
    return answer;
}

static json_t *call_json(const char *method, const char *path, json_t *body)
{
    char *answer = call(method, path, body);
    json_t *tree = json_loads(answer, 0, NULL);
    if (tree == NULL)
        end_of_run("%s did not answer with JSON", path);
    free(answer);
    return tree;
}

static json_t *at_visit(const onshi_visit *visit, const char *operation, json_t *body)
{
    const char *id = json_string_value(json_object_get(visit->facts, "id"));
    char *path = formatted("/visits/%s/%s", id, operation);
    json_t *answer = call_json("POST", path, body);
    free(path);
    return answer;
}

void onshi_present(const onshi_visit *visit)
{
    json_decref(at_visit(visit, "present", json_object()));
}

void onshi_take_away(const onshi_visit *visit)
{
    json_decref(at_visit(visit, "take_away", json_object()));
}

static char *text_of(json_t *answer, const char *name)
{
    const char *value = json_string_value(json_object_get(answer, name));
    char *copy = value != NULL ? needed(strdup(value)) : NULL;
    json_decref(answer);
    return copy;
}

char *onshi_enter_pin(const onshi_visit *visit)
{
    return text_of(at_visit(visit, "pin", json_object()), "pin");
}

char *onshi_decide(const onshi_visit *visit, const char *prompt, json_t *options)
{
    json_t *question = json_pack("{s:s, s:o}", "prompt", prompt, "options", options);
    char *answer = text_of(at_visit(visit, "decide", needed(question)), "answer");
    return needed(answer);
}

char *onshi_hand_in(const onshi_visit *visit, const void *claim, size_t size)
{
    const char *id = json_string_value(json_object_get(visit->facts, "id"));
    char *path = formatted("/visits/%s/claim", id);
    long status = 0;
    char *answer = ask("POST", path, claim, size, &status), *wrong = NULL;
    if (status >= 300)
        wrong = reason(status, answer);
    if (wrong != NULL && status != UNREADABLE)
        end_of_run("%s", wrong);
    free(path);
    free(answer);
    return wrong;
}

void onshi_office(onshi_check_in claim, onshi_check_in returns)
{
    claim_due = claim;
    came_back = returns;
}

/* ------------------------------------------------------------------ one trouble */
static int told(const char *trouble, json_t *verdict)
{
    const char *result = json_string_value(json_object_get(verdict, "result"));
    const char *text = json_string_value(json_object_get(verdict, "text"));
    int failed = strcmp(result, "failed") == 0;
    printf("%-8s %s\n", result, trouble);
    if (failed)
        printf("%s\n", text);
    fflush(stdout);
    return failed ? FAILED : PASSED;
}

/* What was seen of one step; nothing of one that the product does not know. */
static json_t *seen(const onshi_visit *visit, onshi_check_in check_in)
{
    const char *purpose = json_string_value(json_object_get(visit->facts, "purpose"));
    onshi_check_in handle = check_in;
    if (strcmp(purpose, "claim") == 0)
        handle = claim_due;
    else if (strcmp(purpose, "returns") == 0)
        handle = json_is_null(json_object_get(visit->facts, "returns")) ? NULL : came_back;
    return handle != NULL ? handle(visit) : json_object();
}

/* All visits of one trouble; the product lives in this process. */
static int play(const char *trouble, json_t *first, onshi_check_in check_in)
{
    onshi_visit visit = {first};
    while (1) {
        json_t *handling = seen(&visit, check_in);
        if (handling == NULL)
            handling = json_pack("{s:s}", "error", "check_in returned NULL");
        json_t *verdict = at_visit(&visit, "handling", handling);
        json_t *next = json_object_get(verdict, "next");
        json_decref(visit.facts);
        if (json_is_null(next)) {
            int code = told(trouble, verdict);
            json_decref(verdict);
            return code;
        }
        visit.facts = json_incref(next);
        json_decref(verdict);
    }
}

/* The product crashed or hung: the visit that is at the desk ends so. */
static int given_up(const char *trouble, int hung, int status)
{
    json_t *desk = call_json("GET", "/desks/0", NULL);
    onshi_visit visit = {json_pack("{s:O}", "id", json_object_get(desk, "visit"))};
    if (!json_is_string(json_object_get(visit.facts, "id")))
        end_of_run("the product ended outside of a visit");
    char *why = formatted("the product ended with %s %d", WIFSIGNALED(status) ? "signal" : "code",
                          WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    json_t *report = hung ? json_pack("{s:b}", "returned", 0) : json_pack("{s:s}", "error", why);
    json_t *verdict = at_visit(&visit, "handling", report);
    int code = told(trouble, verdict);
    json_decref(verdict);
    json_decref(visit.facts);
    json_decref(desk);
    free(why);
    return code;
}

static json_t *begun(const char *trouble, const char *surfaces)
{
    json_t *named = strcmp(trouble, "untroubled") != 0 ? json_string(trouble) : json_null();
    json_t *list = json_array();
    char *copy = needed(strdup(surfaces)), *rest = NULL;
    for (char *one = strtok_r(copy, ",", &rest); one != NULL; one = strtok_r(NULL, ",", &rest))
        json_array_append_new(list, json_string(one));
    free(copy);
    json_t *body = json_pack("{s:o, s:o, s:b}", "trouble", named, "surfaces", list, "fresh", 1);
    return call_json("POST", "/desks/0/visits", body);
}

static int meet(const char *trouble, const char *surfaces, onshi_check_in check_in)
{
    json_t *first = begun(trouble, surfaces);
    int ends[2], status = 0;
    char code = 0;
    fflush(stdout);
    if (pipe2(ends, O_CLOEXEC) != 0)
        end_of_run("no pipe to the product: %s", strerror(errno));
    pid_t product = fork();
    if (product < 0)
        end_of_run("no process for the product: %s", strerror(errno));
    if (product == 0) {
        to_parent = ends[1];
        tell_parent(play(trouble, first, check_in));
        exit(0);
    }
    close(ends[1]);
    json_decref(first);
    struct pollfd end = {ends[0], POLLIN, 0};
    int hung = poll(&end, 1, (int)(patience * 1000)) == 0;
    int verdict = !hung && read(ends[0], &code, 1) == 1;
    close(ends[0]);
    if (hung)
        kill(product, SIGKILL);
    waitpid(product, &status, 0);
    if (verdict && code == IMPOSSIBLE)
        exit(IMPOSSIBLE);
    return verdict ? code : given_up(trouble, hung, status);
}

/* ------------------------------------------------------------------ the run */
static double seconds(const char *given)
{
    char *end = NULL;
    double found = strtod(given, &end);
    if (*end != '\0' || !(found > 0 && found < 1e6))
        end_of_run("--patience is a number of seconds, not %s", given);
    return found;
}

/* Where the names of troubles begin. */
static int options(int argc, char **argv)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--quiet") == 0)
            quiet = 1;
        else if (i + 1 < argc && strcmp(argv[i], "--junit") == 0)
            junit = argv[++i];
        else if (i + 1 < argc && strcmp(argv[i], "--patience") == 0)
            patience = seconds(argv[++i]);
        else
            end_of_run("%s? usage: [--junit FILE] [--patience SECONDS] [--quiet] [TROUBLE...]",
                       argv[i]);
    }
    return i;
}

/* Names that do not exist are refused before the first visit. */
static void check(const char *const *troubles)
{
    for (; *troubles != NULL; troubles++) {
        if (strcmp(*troubles, "untroubled") == 0)
            continue;
        char *safe = needed(curl_easy_escape(NULL, *troubles, 0));
        char *path = formatted("/troubles/%s", safe);
        free(call("GET", path, NULL));
        free(path);
        curl_free(safe);
    }
}

static void write_junit(void)
{
    char *text = call("GET", "/results/junit.xml", NULL);
    FILE *file = fopen(junit, "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        end_of_run("%s cannot be written: %s", junit, strerror(errno));
    free(text);
}

int onshi_run(const char *surfaces, onshi_check_in check_in, const char *const *defaults, int argc,
              char **argv)
{
    int failed = 0, named = options(argc, argv);
    const char *const *troubles = named < argc ? (const char *const *)argv + named : defaults;

    curl_global_init(CURL_GLOBAL_DEFAULT);
    check(troubles);
    for (; *troubles != NULL; troubles++)
        failed += meet(*troubles, surfaces, check_in) == FAILED;
    write_junit();
    char *summary = call("GET", "/results/summary.txt", NULL);
    if (!quiet)
        fputs(summary, stdout);
    free(summary);
    curl_global_cleanup();
    return failed ? FAILED : PASSED;
}
