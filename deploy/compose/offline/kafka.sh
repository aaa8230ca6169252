#!/bin/bash
# The programs of apache/kafka that docker-compose.yml names, told apart by their names.
set -eu
java() {
    exec "$JAVA_HOME/bin/java" ${KAFKA_HEAP_OPTS:--Xmx256M} -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
        -Dlog4j2.configurationFile=/opt/kafka/config/log4j2.yaml -cp '/opt/kafka/libs/*' "$@"
}
case $(basename "$0") in
    run)
        # The official image's own program: it lays the mounted files over its defaults and formats what is not formatted.
        told=$(java kafka.docker.KafkaDockerWrapper setup --default-configs-dir /etc/kafka/docker \
            --mounted-configs-dir /mnt/shared/config --final-configs-dir /opt/kafka/config 2>&1) \
            || grep -qi 'already formatted' <<< "$told" || { echo "$told"; exit 1; }
        java kafka.Kafka /opt/kafka/config/server.properties ;;
    kafka-server-start.sh) java kafka.Kafka "$@" ;;
    kafka-broker-api-versions.sh) java org.apache.kafka.tools.BrokerApiVersionsCommand "$@" ;;
    connect-mirror-maker.sh) java org.apache.kafka.connect.mirror.MirrorMaker "$@" ;;
    *) java "$@" ;;
esac
