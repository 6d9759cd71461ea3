#!/usr/bin/env bash
# A reception with a card reader and the WebAPI, driven through the troubles of `onshi serve`.
# Read it from the bottom up: it is the whole protocol, each call once.
#
#   onshi serve --profile hodanren2025 --time-scale 0.01 -- bash reception.sh
#   onshi serve --profile hodanren2025 --time-scale 0.01 -- bash reception.sh name.blackdot
#
# Needs bash, curl, jq and opensc-tool. Exit code: 0 nothing failed, 1 a rule was broken, 2 no server.
set -euo pipefail

if [ -z "${ONSHI_CONTROL_URL:-}" ] || [ -z "${ONSHI_CONTROL_TOKEN:-}" ]; then
    echo "ONSHI_CONTROL_URL and _TOKEN are not set: start this as onshi serve -- bash $0" >&2
    exit 2
fi
TROUBLES=(untroubled name.blackdot eligibility.invalid eligibility.not_found
          card.pin_already_locked card.pulled_mid_session network.vpn_lost)
WAYS='["kakuninsho","hokensho","oshirase","portal","moushitatesho","past_visit","other"]'
OPTIONS='["document:資格確認書","document:健康保険証","document:被保険者資格申立書","past_visit",
          "copay:10","copay:20","copay:30"]'

# --------------------------------------------------------------- the control API
# api METHOD PATH [JSON]: the body of the answer. A refusal says why: {"error": {"message": ...}}.
api() {
    local answer status
    answer=$(curl -s --noproxy '*' --max-time 120 -w '\n%{http_code}' -X "$1" \
        -H "Authorization: Bearer $ONSHI_CONTROL_TOKEN" -H 'Content-Type: application/json' \
        ${3:+--data "$3"} "$ONSHI_CONTROL_URL$2") ||
        fail "onshi serve at $ONSHI_CONTROL_URL does not answer"
    status=${answer##*$'\n'} answer=${answer%$'\n'*}
    [ "$status" -lt 400 ] || fail "$2: $(jq -r '.error.message' <<<"$answer")"
    printf '%s\n' "$answer"
}

fail() {
    echo "reception.sh: $1" >&2
    kill -s TERM $$ # also from inside $(...)
}
trap 'exit 2' TERM

# ----------------------------------------------------------------------- the card
# apdus APDU...: one session with the card; prints the status word of each command.
apdus() {
    local apdu args=()
    for apdu in "$@"; do args+=(-s "$apdu"); done
    timeout 20 opensc-tool --card-driver jpki "${args[@]}" 2>/dev/null |
        sed -n 's/^Received (SW1=0x\(..\), SW2=0x\(..\)).*/\1\2/p'
}

hex() {
    printf %s "$1" | od -An -tx1 | tr -d ' \n'
}

SELECT_JPKI=00A4040C0AD392F000260100000001 SELECT_PIN=00A4020C020018

# The device's part of a visit: sets $device to what is wrong with it, or to nothing.
# A PIN is sent once for each time that the patient typed it, and never when it is locked.
read_card() {
    local words pin
    device=""
    api POST "/visits/$id/present" '{}' >/dev/null # the patient puts the card on the reader
    mapfile -t words < <(apdus $SELECT_JPKI $SELECT_PIN 00200080)
    case ${words[2]:-} in
        63C0 | 6984) device="暗証番号がロックされています。顔認証か目視確認にしてください" ;;
        63C?) ;;
        *) device="カードを読み取れません" ;;
    esac
    [ -z "$device" ] || return 0
    pin=$(api POST "/visits/$id/pin" '{}' | jq -r '.pin // empty') # what the patient types; null: nothing
    if [ -z "$pin" ]; then
        device="暗証番号が入力されません。顔認証か目視確認にしてください"
        return
    fi
    mapfile -t words < <(apdus $SELECT_JPKI $SELECT_PIN "0020008004$(hex "$pin")")
    [ "${words[2]:-}" = 9000 ] || device="暗証番号を確かめられません (${words[2]:-カードの応答なし})"
}

# ---------------------------------------------------------------- the eligibility
# One login with the client certificate, one search with the token. Nothing when that fails.
inquire() {
    local token request
    token=$(webapi --cert "$ONSHI_WEBAPI_CERT" --key "$ONSHI_WEBAPI_KEY" --data '{}' \
        "$ONSHI_WEBAPI_URL/oqs-api-pro/MSA12020/ILI12020SV01/auth" | jq -r '.result.idToken') || return 1
    request=$(jq -c --arg institution "$ONSHI_INSTITUTION_CODE" '{XmlMsg: {
        MessageHeader: {
            QualificationConfirmationDate: (.date | gsub("-"; "")),
            MedicalInstitutionCode: $institution,
            ArbitraryFileIdentifier: "visit-\(.id)"},
        MessageBody: {QualificationConfirmSearchInfo: .inquiry}}}' <<<"$visit")
    webapi -H "Authorization: $token" --data "$request" \
        "$ONSHI_WEBAPI_SEARCH_URL/oqs-api-pro/MSA01030/ILI01030SV01/search"
}

webapi() {
    curl -sS --fail --noproxy '*' --connect-timeout 1 --max-time 5 --retry 0 --cacert "$ONSHI_WEBAPI_CA" \
        -H 'Content-Type: application/json;charset=UTF-8' "$@" 2>/dev/null
}

# The answer as one word of a handling's `status`.
STATUS='.XmlMsg | if .MessageHeader.SegmentOfResult != "1" then "system_unreachable"
    elif .MessageBody.ProcessingResultStatus != "1" then "request_error"
    else {"1": "valid", "2": "invalid", "3": "invalid_new", "4": "not_found", "5": "multiple",
          "6": "valid_unregistered"}[.MessageBody.QualificationValidity] // "request_error" end'
NAME='[.XmlMsg.MessageBody.ResultList[]?.ResultOfQualificationConfirmation.Name][0] // ""'

# ---------------------------------------------------------------------- one visit
# One step: what could be seen of it, as a handling. A claim that is due goes to
# POST /visits/$id/claim, and GET /visits/$id/returns gives what came back; this reception writes no
# claims, so that it says nothing there, and all that is about claims is not observed.
step() {
    case $(jq -r .purpose <<<"$visit") in
        visit) handle ;;
        *) echo '{}' ;;
    esac
}

# Checks the patient of $visit in and prints the handling: what could be seen of it.
# This reception never writes a chart by itself: the page stays, and what differs is said.
handle() {
    local answer status message warned='[]' decision evidence name percent
    id=$(jq -r .id <<<"$visit") percent=$(jq '.chart.copay_percent' <<<"$visit") device=""
    if jq -e '.surfaces | index("pcsc")' <<<"$visit" >/dev/null; then read_card; fi
    if [ -n "$device" ]; then
        status=device_unusable message="$device。保険の資格の問題ではありません。"
    elif ! answer=$(inquire) || ! status=$(jq -er "$STATUS" <<<"$answer"); then
        status=system_unreachable message="資格確認システムにつながりません。保険の資格の問題ではありません。"
    else
        name=$(jq -r "$NAME" <<<"$answer")
        message="照会の結果: $status"
        if [[ $name == *●* ]]; then warned='["氏名に●があります。カルテの表記を使います"]'; fi
    fi
    if [ "$status" = valid ]; then
        report "$status" "$message" "$warned" '[]' '["online"]' "$percent"
        return
    fi
    # The operator's answer to a question of the software: one of the options, or "cancel".
    decision=$(api POST "/visits/$id/decide" \
        "$(jq -n --arg prompt "$message 何で確認しますか" --argjson options "$OPTIONS" \
            '{$prompt, $options}')" | jq -r .answer)
    case $decision in
        document:資格確認書) evidence='["kakuninsho"]' ;;
        document:健康保険証) evidence='["hokensho"]' ;;
        document:*) evidence='["moushitatesho"]' ;;
        past_visit) evidence='["past_visit"]' ;;
        *) evidence='["other"]' ;;
    esac
    if [[ $decision == copay:* ]]; then percent=${decision#copay:}; fi
    report "$status" "$message" "$warned" "$WAYS" "$evidence" "$percent"
}

# The handling as JSON. A field that is left out makes the rules that need it "not observed".
report() {
    jq -c --arg status "$1" --arg message "$2" --argjson warned "$3" --argjson offered "$4" \
        --argjson evidence "$5" --argjson percent "$6" '{
            $status, $message, $warned, $offered, $evidence, copay_percent: $percent,
            chart_before: .chart, chart_after: .chart, alive: true,
            documents: (if .chart then [{kind: "領収書", text: "\(.chart.name) 様 \($percent)%"}] else [] end)
        }' <<<"$visit"
}

# ------------------------------------------------------------------- all troubles
failed=0
for trouble in "${@:-${TROUBLES[@]}}"; do
    # A patient comes to the desk; the trouble is brought about first. null: nothing goes wrong.
    visit=$(api POST /desks/0/visits "$(jq -n --arg trouble "$trouble" '{
        trouble: (if $trouble == "untroubled" then null else $trouble end),
        surfaces: ["pcsc", "webapi"], fresh: true}')")
    while [ "$visit" != null ]; do
        handling=$(step)
        id=$(jq -r .id <<<"$visit")
        verdict=$(api POST "/visits/$id/handling" "$handling")
        visit=$(jq -c .next <<<"$verdict") # the next step, perhaps on a later date; null: judged
    done
    printf '%-8s %s\n' "$(jq -r .result <<<"$verdict")" "$trouble"
    if [ "$(jq -r .result <<<"$verdict")" = failed ]; then
        failed=1
        jq -r .text <<<"$verdict" | sed 's/^/    /'
    fi
done
api GET /results/junit.xml >onshi-junit.xml
exit $failed
