# Log in with the client certificate, ask about the patient at the desk, print the answer's JSON.
set -eu
post() {
    curl -sS --noproxy '*' --max-time 100 --cacert "$ONSHI_WEBAPI_CA" -H 'Content-Type: application/json' "$@"
}
token=$(post --cert "$ONSHI_WEBAPI_CERT" --key "$ONSHI_WEBAPI_KEY" --data '{}' \
    "$ONSHI_WEBAPI_URL/oqs-api-pro/MSA12020/ILI12020SV01/auth" | jq -r .result.idToken)
jq '{XmlMsg: {MessageHeader: {MedicalInstitutionCode: .institution_code},
              MessageBody: {QualificationConfirmSearchInfo: .inquiry}}}' "$ONSHI_PATIENT" |
    post -H "Authorization: $token" --data @- \
        "$ONSHI_WEBAPI_SEARCH_URL/oqs-api-pro/MSA01030/ILI01030SV01/search"
