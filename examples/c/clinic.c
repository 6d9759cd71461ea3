/*
 * A small front end of a レセコン in C: card over PC/SC, inquiry over the WebAPI, chart, receipt.
 *
 * A failure of device or line says nothing about the insurance, and nothing from outside is
 * written into a chart unless the operator said so.
 */
#define _GNU_SOURCE
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <winscard.h>

#include "onshi_driver.h"

enum { TRIES = 8 };
#define LOGIN "/oqs-api-pro/MSA12020/ILI12020SV01/auth"
#define SEARCH "/oqs-api-pro/MSA01030/ILI01030SV01/search"
#define BY_SIGHT "顔認証か目視確認モードで本人確認をしてください"
#define NOT_INSURANCE "。保険の資格の問題ではありません。"

/* What has become of a visit so far; it becomes the Handling. */
typedef struct reception {
    const onshi_visit *visit;
    json_t *chart; /* NULL: none yet */
    json_t *asked, *warned, *offered, *evidence, *documents;
    const char *status;
    char message[512];
    int share; /* in percent; -1: not decided */
} reception;

static int naive = 0;

static const char *text(const json_t *object, const char *name)
{
    const char *found = json_string_value(json_object_get(object, name));
    return found != NULL ? found : "";
}

static void warn(reception *desk, const char *words)
{
    json_array_append_new(desk->warned, json_string(words));
}

static void say(reception *desk, const char *status, const char *words, const char *more)
{
    desk->status = status;
    snprintf(desk->message, sizeof desk->message, "%s%s", words, more);
}

static int ask(reception *desk, const char *prompt, json_t *options, char **answer)
{
    json_array_append_new(desk->asked, json_string(prompt));
    json_array_append_new(options, json_string("cancel"));
    *answer = onshi_decide(desk->visit, prompt, options);
    return strcmp(*answer, "cancel") != 0;
}

static double scaled(double milliseconds)
{
    const char *scale = getenv("ONSHI_TIME_SCALE");
    return milliseconds * (scale != NULL ? atof(scale) : 1);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static void pause_briefly(void)
{
    struct timespec time = {0, 5 * 1000 * 1000};
    nanosleep(&time, NULL);
}

/* ------------------------------------------------------------------ the card */
typedef struct card {
    SCARDCONTEXT context;
    SCARDHANDLE handle;
    DWORD protocol;
    int tries; /* left; -1: the card does not say */
} card;

/* SW1 SW2 of the answer, or -1 with the reader's code in `code`. */
static int transmit(card *c, const unsigned char *command, size_t size, LONG *code)
{
    unsigned char answer[258];
    DWORD length = sizeof answer;
    const SCARD_IO_REQUEST *pci = c->protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
    *code = SCardTransmit(c->handle, pci, command, size, NULL, answer, &length);
    if (*code != SCARD_S_SUCCESS || length < 2)
        return -1;
    return answer[length - 2] << 8 | answer[length - 1];
}

static int tries_left(int sw)
{
    if (sw == 0x6983 || sw == 0x6984)
        return 0;
    return (sw & 0xFFF0) == 0x63C0 ? sw & 0x0F : -1;
}

static void close_card(card *c)
{
    if (c->handle != 0)
        SCardDisconnect(c->handle, SCARD_RESET_CARD); /* no verified PIN outlives the patient */
    if (c->context != 0)
        SCardReleaseContext(c->context);
    memset(c, 0, sizeof *c);
}

/* Everything that can be read without the patient; true when it could. */
static int open_card(card *c, LONG *code)
{
    static const unsigned char jpki[] = {0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0,
                                         0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};
    static const unsigned char pin[] = {0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x18};
    static const unsigned char left[] = {0x00, 0x20, 0x00, 0x80};
    char readers[1024];
    DWORD length = sizeof readers;
    memset(c, 0, sizeof *c);
    if ((*code = SCardEstablishContext(SCARD_SCOPE_USER, NULL, NULL, &c->context)) != 0)
        return 0;
    if ((*code = SCardListReaders(c->context, NULL, readers, &length)) != 0)
        return 0;
    if ((*code = SCardConnect(c->context, readers, SCARD_SHARE_EXCLUSIVE,
                              SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &c->handle, &c->protocol)) != 0)
        return 0;
    if (transmit(c, jpki, sizeof jpki, code) != 0x9000 ||
        transmit(c, pin, sizeof pin, code) != 0x9000)
        return 0;
    int sw = transmit(c, left, sizeof left, code);
    c->tries = tries_left(sw);
    return sw >= 0;
}

/* Reading is tried a few times: it costs nothing. False: said why. */
static int read_card(reception *desk, card *c)
{
    LONG code = SCARD_S_SUCCESS;
    for (int attempt = 0; attempt < TRIES; attempt++) {
        if (attempt > 0)
            pause_briefly();
        if (open_card(c, &code))
            return 1;
        close_card(c);
    }
    char words[128];
    snprintf(words, sizeof words, "カードを読み取れません(%s)",
             code != SCARD_S_SUCCESS ? pcsc_stringify_error(code) : "カードの応答");
    say(desk, "device_unusable", words, NOT_INSURANCE);
    return 0;
}

/* One VERIFY for each time the patient typed, and none when no try is left. */
static int check_pin(reception *desk, card *c)
{
    LONG code;
    while (c->tries != 0) {
        char *answer = NULL;
        if (c->tries == 1) {
            warn(desk, "暗証番号はあと1回間違えるとロックされます");
            int again = ask(desk, "暗証番号の入力はあと1回です。もう一度入力しますか",
                            json_pack("[s]", "retry"), &answer);
            free(answer);
            if (!again) {
                say(desk, "device_unusable", "暗証番号の入力をやめました。", BY_SIGHT);
                return 0;
            }
        }
        char *pin = onshi_enter_pin(desk->visit);
        if (pin == NULL) {
            say(desk, "device_unusable", "暗証番号が入力されません。", BY_SIGHT);
            return 0;
        }
        unsigned char verify[5 + 4] = {0x00, 0x20, 0x00, 0x80, 4};
        int whole = strlen(pin) == 4;
        if (whole)
            memcpy(verify + 5, pin, 4);
        free(pin);
        if (!whole) {
            warn(desk, "暗証番号は数字4桁です");
            continue;
        }
        int sw = transmit(c, verify, sizeof verify, &code);
        if (sw == 0x9000)
            return 1;
        c->tries = tries_left(sw);
        if (c->tries < 0) {
            say(desk, "device_unusable", "暗証番号の照合の途中でカードが使えなくなりました",
                NOT_INSURANCE);
            return 0;
        }
        warn(desk, "暗証番号が違います");
    }
    say(desk, "device_unusable", "暗証番号がロックされています。市区町村の窓口で再設定できます。", BY_SIGHT);
    return 0;
}

static int check_card(reception *desk)
{
    card c;
    if (!read_card(desk, &c))
        return 0;
    int right = check_pin(desk, &c);
    close_card(&c);
    return right;
}

/* ------------------------------------------------------------------ the line */
typedef struct reply {
    char *text;
    size_t size;
} reply;

static size_t keep(char *data, size_t one, size_t count, void *into)
{
    reply *all = into;
    char *grown = realloc(all->text, all->size + one * count + 1);
    if (grown == NULL)
        return 0;
    all->text = grown;
    memcpy(all->text + all->size, data, one * count);
    all->size += one * count;
    all->text[all->size] = '\0';
    return one * count;
}

/* The answer's JSON, or NULL: not reached, refused, cut off, or not there within `limit` ms. */
static json_t *post(const char *base, const char *path, const char *token, double limit,
                    const json_t *body)
{
    CURL *curl = curl_easy_init();
    char *sent = json_dumps(body, 0), *url = NULL, *authorization = NULL;
    reply answer = {NULL, 0};
    json_t *tree = NULL;
    long status = 0;
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    if (asprintf(&url, "%s%s", base, path) < 0 ||
        asprintf(&authorization, "Authorization: %s", token) < 0)
        exit(1);
    if (*token)
        headers = curl_slist_append(headers, authorization);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(limit > 1 ? limit : 1));
    curl_easy_setopt(curl, CURLOPT_CAINFO, getenv("ONSHI_WEBAPI_CA"));
    curl_easy_setopt(curl, CURLOPT_SSLCERT, getenv("ONSHI_WEBAPI_CERT"));
    curl_easy_setopt(curl, CURLOPT_SSLKEY, getenv("ONSHI_WEBAPI_KEY"));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, sent);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    if (curl_easy_perform(curl) == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status == 200 && answer.text != NULL)
        tree = json_loads(answer.text, 0, NULL);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    free(answer.text);
    free(authorization);
    free(sent);
    free(url);
    return tree;
}

static json_t *question(const onshi_visit *visit, const char *identifier)
{
    char day[9];
    const char *date = text(visit->facts, "date");
    snprintf(day, sizeof day, "%.4s%.2s%.2s", date, date + 5, date + 8);
    return json_pack("{s:{s:{s:s, s:s, s:s}, s:{s:O}}}", "XmlMsg", "MessageHeader",
                     "QualificationConfirmationDate", day, "MedicalInstitutionCode",
                     getenv("ONSHI_INSTITUTION_CODE"), "ArbitraryFileIdentifier", identifier,
                     "MessageBody", "QualificationConfirmSearchInfo",
                     json_object_get(visit->facts, "inquiry"));
}

/* The answer to this very inquiry, or NULL. Failures that come at once are tried again. */
static json_t *inquire(const onshi_visit *visit)
{
    static int number = 0;
    char identifier[16];
    json_t *empty = json_object(), *answer = NULL;
    snprintf(identifier, sizeof identifier, "C%09d", ++number);
    json_t *sent = question(visit, identifier);
    double end = now() + (scaled(60000) > 1500 ? scaled(60000) : 1500);
    for (int attempt = 0; attempt < TRIES && answer == NULL && now() < end; attempt++) {
        if (attempt > 0)
            pause_briefly();
        json_t *login = post(getenv("ONSHI_WEBAPI_URL"), LOGIN, "", end - now(), empty);
        const char *token = text(json_object_get(login, "result"), "idToken");
        if (*token)
            answer = post(getenv("ONSHI_WEBAPI_SEARCH_URL"), SEARCH, token, end - now(), sent);
        json_decref(login);
    }
    json_t *message = json_object_get(answer, "XmlMsg");
    const char *back = text(json_object_get(message, "MessageHeader"), "ArbitraryFileIdentifier");
    if (strcmp(back, identifier) != 0) {
        json_decref(answer);
        answer = NULL;
    }
    json_decref(sent);
    json_decref(empty);
    return answer;
}

/* ------------------------------------------------------------------ what to go by instead */
static json_t *ways(const reception *desk)
{
    json_t *found = json_pack("[s,s,s,s,s]", "document:資格確認書", "document:健康保険証",
                              "document:資格情報のお知らせ", "document:マイナポータル",
                              "document:被保険者資格申立書");
    if (desk->chart != NULL) {
        json_array_append_new(found, json_string("past_visit"));
        json_array_append_new(found, json_string("keep_chart"));
    }
    return found;
}

static void offer_shares(json_t *options)
{
    static const char *const shares[] = {"copay:0", "copay:10", "copay:20", "copay:30", "copay:100"};
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        json_array_append_new(options, json_string(shares[i]));
}

static const char *way_of(const char *document)
{
    static const char *const names[][2] = {{"資格確認書", "kakuninsho"},
                                           {"健康保険証", "hokensho"},
                                           {"資格情報のお知らせ", "oshirase"},
                                           {"マイナポータル", "portal"},
                                           {"被保険者資格申立書", "moushitatesho"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(document, names[i][0]) == 0)
            return names[i][1];
    return "other";
}

/* The share that a chart or a paper gives, or -1. */
static int share_of(const json_t *page)
{
    const json_t *share = json_object_get(page, "copay_percent");
    return json_is_integer(share) ? (int)json_integer_value(share) : -1;
}

/* Nothing usable came back: the operator says what to go by; the chart stays as it is. */
static void fall_back(reception *desk)
{
    char *answer = NULL;
    const json_t *papers = json_object_get(desk->visit->facts, "papers");
    json_t *options = ways(desk);
    desk->offered = json_pack("[s,s,s,s,s,s]", "kakuninsho", "hokensho", "oshirase", "portal",
                              "moushitatesho", "other");
    if (desk->chart != NULL)
        json_array_append_new(desk->offered, json_string("past_visit"));
    offer_shares(options);
    if (ask(desk, "何で確認しますか", options, &answer)) {
        if (strncmp(answer, "document:", 9) == 0) {
            json_array_append_new(desk->evidence, json_string(way_of(answer + 9)));
            desk->share = share_of(json_object_get(papers, answer + 9));
        } else if (strncmp(answer, "copay:", 6) == 0) {
            desk->share = atoi(answer + 6);
        } else {
            json_array_append_new(desk->evidence, json_string("past_visit"));
            desk->share = share_of(desk->chart);
        }
    }
    free(answer);
    if (desk->share >= 0)
        return;
    options = json_array();
    offer_shares(options);
    if (ask(desk, "窓口の負担割合を選んでください", options, &answer))
        desk->share = atoi(answer + 6);
    free(answer);
}

/* ------------------------------------------------------------------ the answer */
static const char *status_of(const json_t *header, const json_t *body)
{
    static const char *const words[] = {"valid",     "invalid",  "invalid_new",
                                        "not_found", "multiple", "valid_unregistered"};
    const char *segment = text(header, "SegmentOfResult");
    const char *validity = text(body, "QualificationValidity");
    if (strcmp(segment, "2") == 0)
        return "pending";
    if (strcmp(segment, "1") != 0)
        return "system_unreachable";
    if (strcmp(text(body, "ProcessingResultStatus"), "1") != 0 || strlen(validity) != 1 ||
        *validity < '1' || *validity > '6')
        return "request_error";
    return words[*validity - '1'];
}

static const char *words_of(const char *status)
{
    static const char *const words[][2] = {
        {"valid", "資格は有効です。"},
        {"valid_unregistered", "医療扶助は有効(未登録)です。"},
        {"invalid", "資格(無効)です。直近の資格は喪失し、その後の資格は確認できていません。"},
        {"invalid_new", "資格(無効)ですが、新しい資格があります。"},
        {"not_found", "資格情報なしです。登録前か、保険者が確認中です。"},
        {"multiple", "複数の資格が該当しました。1件に決められません。"},
        {"pending", "システムが処理中で、結果がまだ出ていません。"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(status, words[i][0]) == 0)
            return words[i][1];
    return "照会の結果に資格情報がありません。保険の資格の問題とは限りません。";
}

/* Birth date and sex tell one person from another; the written name does not. */
static int stranger(const json_t *ours, const json_t *found)
{
    char day[9];
    const char *born = text(ours, "birthdate"), *theirs = text(found, "Birthdate");
    const char *sex = text(ours, "sex"), *their_sex = text(found, "Sex1");
    snprintf(day, sizeof day, "%.4s%.2s%.2s", born, *born ? born + 5 : "", *born ? born + 8 : "");
    return (*born && *theirs && strcmp(day, theirs) != 0) ||
           (*sex && *their_sex && strcmp(their_sex, "3") != 0 && strcmp(sex, their_sex) != 0);
}

/* A new chart: the insurance from the answer, the person as they wrote themselves down. */
static json_t *new_chart(reception *desk, const json_t *found)
{
    char *answer = NULL;
    const json_t *who = json_object_get(desk->visit->facts, "patient");
    const char *name = text(found, "Name");
    if (strstr(name, "●") != NULL) {
        warn(desk, "氏名に表示できない文字(●)があります");
        ask(desk, "氏名の正しい表記を問診票・本人確認書類で確かめてください", json_array(), &answer);
        free(answer);
        name = text(who, "name");
    }
    return json_pack("{s:s, s:s, s:s, s:O, s:O, s:s, s:s, s:s}", "chart_no", "000001", "name", name,
                     "kana", text(who, "kana"), "birthdate", json_object_get(who, "birthdate"),
                     "sex", json_object_get(who, "sex"), "insurer_number",
                     text(found, "InsurerNumber"), "symbol", text(found, "InsuredCardSymbol"),
                     "number", text(found, "InsuredIdentificationNumber"));
}

/* A valid qualification. What differs is asked about; a ● never replaces a name. */
static void take_over(reception *desk, const json_t *found)
{
    char *answer = NULL;
    const json_t *who = desk->chart != NULL ? desk->chart
                                            : json_object_get(desk->visit->facts, "patient");
    if (naive && desk->chart != NULL)
        json_object_set_new(desk->chart, "name", json_string(text(found, "Name")));
    if (!naive && stranger(who, found)) {
        warn(desk, "本人と異なる情報が返りました");
        ask(desk, "本人と異なる情報が返りました。この結果を使いますか",
            json_pack("[s,s]", "keep_chart", "use_online"), &answer);
        int used = strcmp(answer, "use_online") == 0;
        free(answer);
        if (!used) {
            fall_back(desk);
            return;
        }
    }
    if (desk->chart == NULL)
        desk->chart = new_chart(desk, found);
    else if (strstr(text(found, "Name"), "●") != NULL)
        warn(desk, "氏名に●があります。カルテの表記を使います");
    desk->share = share_of(desk->chart);
    if (desk->share < 0) {
        json_t *options = json_array();
        offer_shares(options);
        if (ask(desk, "窓口の負担割合を選んでください", options, &answer))
            desk->share = atoi(answer + 6);
        free(answer);
    }
    json_array_append_new(desk->evidence, json_string("online"));
}

static void decide(reception *desk, const json_t *answer)
{
    const json_t *message = json_object_get(answer, "XmlMsg");
    const json_t *body = json_object_get(message, "MessageBody");
    const json_t *list = json_object_get(body, "ResultList");
    const json_t *found = json_object_get(json_array_get(list, 0), "ResultOfQualificationConfirmation");
    const char *status = status_of(json_object_get(message, "MessageHeader"), body);
    int good = strncmp(status, "valid", 5) == 0;
    if (good && json_array_size(list) != 1)
        status = json_array_size(list) == 0 ? "request_error" : "multiple";
    say(desk, status, words_of(status), "");
    if (good && json_array_size(list) == 1)
        take_over(desk, found);
    else
        fall_back(desk);
}

/* Mistake of --naive: whatever broke, it is 無効. */
static void broken(reception *desk)
{
    if (naive) {
        say(desk, "invalid", "資格が無効です。10割負担になります。", "");
        desk->share = 100;
    } else {
        fall_back(desk);
    }
}

static void receive(reception *desk)
{
    onshi_present(desk->visit);
    json_t *surfaces = json_object_get(desk->visit->facts, "surfaces"), *one;
    size_t i;
    int by_card = 0;
    json_array_foreach(surfaces, i, one) by_card |= strcmp(json_string_value(one), "pcsc") == 0;
    if (by_card && !check_card(desk)) {
        broken(desk);
        return;
    }
    json_t *answer = inquire(desk->visit);
    if (answer != NULL) {
        decide(desk, answer);
    } else {
        say(desk, "system_unreachable", "資格確認システムにつながりません", NOT_INSURANCE);
        broken(desk);
    }
    json_decref(answer);
}

/* ------------------------------------------------------------------ the adapter */
static void print_receipt(reception *desk)
{
    char *paper = NULL;
    if (desk->chart == NULL || desk->share < 0)
        return;
    if (asprintf(&paper, "領収書\n%s 様\n負担割合 %d%%\n", text(desk->chart, "name"), desk->share) < 0)
        exit(1);
    json_array_append_new(desk->documents, json_pack("{s:s, s:s}", "kind", "領収書", "text", paper));
    free(paper);
}

static json_t *check_in(const onshi_visit *visit)
{
    json_t *chart = json_object_get(visit->facts, "chart");
    reception desk = {.visit = visit, .status = "request_error", .share = -1};
    desk.chart = json_is_object(chart) ? json_deep_copy(chart) : NULL;
    desk.asked = json_array();
    desk.warned = json_array();
    desk.evidence = json_array();
    desk.documents = json_array();
    receive(&desk);
    onshi_take_away(visit);
    print_receipt(&desk);
    json_t *seen = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:O, s:o*, s:o*}", "status", desk.status,
                             "message", desk.message, "asked", desk.asked, "warned", desk.warned,
                             "evidence", desk.evidence, "documents", desk.documents,
                             "chart_before", chart, "chart_after", desk.chart, "offered",
                             desk.offered);
    if (seen != NULL && desk.share >= 0)
        json_object_set_new(seen, "copay_percent", json_integer(desk.share));
    return seen;
}

int main(int argc, char **argv)
{
    static const char *const defaults[] = {"untroubled",
                                           "name.blackdot",
                                           "card.pin_already_locked",
                                           "eligibility.invalid",
                                           "eligibility.not_found",
                                           "network.vpn_lost",
                                           NULL};
    if (argc > 1 && strcmp(argv[1], "--naive") == 0) {
        naive = 1;
        argv[1] = argv[0];
        argc--;
        argv++;
    }
    return onshi_run("pcsc,webapi", check_in, defaults, argc, argv);
}
