/*
 * Takes a product through the troubles of `onshi serve`, one patient after the other.
 *
 * Knows the control API and nothing of the product. Needs libcurl, jansson, and the environment
 * variables that `onshi serve` prints. Strings are UTF-8.
 *
 * 製品を呼ぶのは check_in だけです。onshi_driver.[ch] は書き換えずに使えます。
 */
#ifndef ONSHI_DRIVER_H
#define ONSHI_DRIVER_H

#include <jansson.h>

/* A patient at the desk. `facts` is the Visit of the control API: patient, chart (null at a first
 * visit), papers, inquiry, surfaces, date (later steps are on later dates), unknown (the product
 * has to be given this chart first; else it keeps what it has)... It belongs to the driver. */
typedef struct onshi_visit {
    json_t *facts;
} onshi_visit;

/* Checks the patient in and returns what could be seen: a Handling of the control API (status,
 * message, offered, asked, warned, copay_percent, chart_before, chart_after, evidence, documents),
 * as a new reference. A field left out makes the rules that need it "not observed". */
typedef json_t *(*onshi_check_in)(const onshi_visit *visit);

/* Goes through the troubles named in argv, or those in `defaults` (ends with NULL); the word
 * "untroubled" is a patient whom nothing troubles. Each trouble meets the product in a process of
 * its own, so that a crash or a hang costs that trouble only. `surfaces`: "pcsc,webapi".
 * Options: --junit FILE; --patience SECONDS (30) for one trouble; --quiet: no summary at the end,
 * since `onshi serve -- COMMAND` prints it itself.
 * Returns the exit code: 0 nothing failed, 1 something did, 2 the run could not be made. */
int onshi_run(const char *surfaces, onshi_check_in check_in, const char *const *defaults, int argc,
              char **argv);

/* The patient puts the card on the reader; takes it back. */
void onshi_present(const onshi_visit *visit);
void onshi_take_away(const onshi_visit *visit);

/* What the patient types this time, or NULL when they type nothing (more). To be freed. */
char *onshi_enter_pin(const onshi_visit *visit);

/* The operator's answer to a question of the software: one of `options` (an array of strings, which
 * the call takes over), or "cancel". To be freed. The words: use_online, keep_chart, past_visit,
 * retry, document:資格確認書, copay:30. */
char *onshi_decide(const onshi_visit *visit, const char *prompt, json_t *options);

/* For a product that writes claims, called before onshi_run: `claim` is called when the claim of
 * the visit's patient is due, `returns` when one came back: the path of the RECEIPTC.HEN stands
 * in facts. Both return a Handling (held, reopened, reasons, message, warned...). Without them
 * nothing about claims is observed. */
void onshi_office(onshi_check_in claim, onshi_check_in returns);

/* Hands the レセプト電算 file in, inside of `claim`. Returns NULL, or what in it cannot be read, by
 * record and item (to be freed); the trouble has failed then. */
char *onshi_hand_in(const onshi_visit *visit, const void *claim, size_t size);

#endif
