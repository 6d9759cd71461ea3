#!/bin/sh
# A product's script: curl, host names built in. $1: the search request. Says what it got.
ask() { curl --silent --show-error --max-time 20 -H 'Content-Type: application/json;charset=UTF-8' "$@"; }

login=$(ask --cert "$ONSHI_WEBAPI_CERT" --key "$ONSHI_WEBAPI_KEY" --data '{"user":"x"}' \
    https://hweb-api.oqs.onshikaku.org/oqs-api-pro/MSA12020/ILI12020SV01/auth) || exit
token=$(printf %s "$login" | sed 's/.*"idToken":"\([^"]*\)".*/\1/')
found=$(ask -H "Authorization: $token" --data-binary "@$1" \
    https://hweb-mnc.oqs.onshikaku.org/oqs-api-pro/MSA01030/ILI01030SV01/search) || exit
echo "curl $(printf %s "$found" | sed 's/.*"QualificationValidity":"\([^"]*\)".*/\1/')"
