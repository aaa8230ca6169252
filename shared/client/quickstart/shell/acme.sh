#!/bin/sh
# Services delivered, as lines of acme.tsv, with Kafka's own console consumer and awk: to look around, and for small jobs.
# It reads the whole topic each time and appends what is new: acme.seen holds the version seen of each stream.
#   KAFKA_BOOTSTRAP=... [KAFKA_HOME=... | KAFKA_JARS=...] sh acme.sh
# With KAFKA_USERNAME: SASL_SSL, the password in the file KAFKA_PASSWORD_FILE, the authority in KAFKA_CA_FILE.
set -eu
topic=${TOPICS:-casework.case.v1}
if [ -n "${KAFKA_JARS:-}" ]; then
  consumer() { java -cp "$KAFKA_JARS" org.apache.kafka.tools.consumer.ConsoleConsumer "$@"; }
else
  consumer() { "${KAFKA_HOME:?where Kafka is unpacked}/bin/kafka-console-consumer.sh" "$@"; }
fi
umask 077
trap 'rm -f acme.properties acme.new' EXIT
{
  echo "isolation.level=read_committed"
  echo "enable.auto.commit=false"
  if [ -n "${KAFKA_USERNAME:-}" ]; then
    echo "security.protocol=SASL_SSL"
    echo "sasl.mechanism=SCRAM-SHA-512"
    echo "ssl.truststore.type=PEM"
    echo "ssl.truststore.location=$KAFKA_CA_FILE"
    # A file that only you may read: a password among the arguments would show in the list of processes.
    echo "sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username=\"$KAFKA_USERNAME\" password=\"$(cat "$KAFKA_PASSWORD_FILE")\";"
  fi
} > acme.properties
touch acme.seen acme.tsv
# Ends when nothing has come for five seconds; then it says so with an exit status of its own, which is no failure.
consumer --bootstrap-server "$KAFKA_BOOTSTRAP" --topic "$topic" --from-beginning --timeout-ms "${KAFKA_WAIT_MS:-5000}" \
  --group "${CONSUMER:-integrator.acme}.shell" --command-config acme.properties \
  --formatter-property print.headers=true --formatter-property print.key=true 2>acme.log > acme.new || grep -q TimeoutException acme.log
awk -F '\t' -v OFS='\t' '
  FILENAME == "acme.seen" { seen[$1] = $2; next }
  {
    split("", header)
    count = split($1, pairs, ",")
    for (n = 1; n <= count; n++) { at = index(pairs[n], ":"); header[substr(pairs[n], 1, at - 1)] = substr(pairs[n], at + 1) }
    stream = header["ce_subject"]; version = header["ce_sequence"] + 0
    if (version <= seen[stream]) next                                    # a repeat
    if (version > seen[stream] + 1) { print "hole in " stream ": " seen[stream] + 0 " -> " version > "/dev/stderr"; exit 65 }
    seen[stream] = version
    if (header["ce_type"] == "gabay.casework.service-delivered.v1") {
      id = $3; sub(/.*"service_id":"/, "", id); sub(/".*/, "", id)
      code = $3; sub(/.*"service_code":"/, "", code); sub(/".*/, "", code)
      print id, code >> "acme.tsv"
    }
  }
  END { for (stream in seen) print stream, seen[stream] > "acme.seen" }
' acme.seen acme.new
echo "services: $(wc -l < acme.tsv | tr -d ' ') $(cut -f 1 acme.tsv | sort -u | wc -l | tr -d ' ')"
