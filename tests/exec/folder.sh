#!/bin/sh
# Drops a request into the exchange folder with cp, waits for the paired result, prints its bytes.
# usage: folder.sh DECLARED ICONV-NAME
set -eu
fields=$(jq -r '.inquiry | to_entries[] | "<\(.key)>\(.value)</\(.key)>"' "$ONSHI_PATIENT")
cat > request.utf8 <<XML
<?xml version="1.0" encoding="$1" standalone="no"?>
<XmlMsg><MessageHeader>
<MedicalInstitutionCode>$ONSHI_INSTITUTION_CODE</MedicalInstitutionCode>
<ArbitraryFileIdentifier>clinic_11906</ArbitraryFileIdentifier>
</MessageHeader><MessageBody><QualificationConfirmSearchInfo>
$fields
</QualificationConfirmSearchInfo></MessageBody></XmlMsg>
XML
iconv -f UTF-8 -t "$2" request.utf8 > request.xml
cp request.xml "$ONSHI_FOLDER/req/OQSsiquc01req_202510200001.xml"
tries=200
until [ -e "$ONSHI_FOLDER/res/OQSsiquc01res_202510200001.xml" ]; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { echo "no result" >&2; exit 3; }
    sleep 0.05
done
[ ! -e "$ONSHI_FOLDER/req/OQSsiquc01req_202510200001.xml" ] || { echo "not taken" >&2; exit 4; }
cat "$ONSHI_FOLDER/res/OQSsiquc01res_202510200001.xml"
echo "$ONSHI_FOLDER_ENCODING" >&2
