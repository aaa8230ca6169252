package example;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Services delivered, kept in an H2 database: complete and without doubles, through crashes of anybody.
 *
 * <p>Rows, the version seen per stream and the next offset are written in one transaction. A version that is known is
 * passed over; one that is missing ends the program with the replay to ask for.
 */
public final class Acme {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] arguments) throws Exception {
    boolean once = Arrays.asList(arguments).contains("--once");
    String topic = System.getenv().getOrDefault("TOPICS", "casework.case.v1");
    try (Connection db = DriverManager.getConnection("jdbc:h2:./acme");
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties())) {
      db.setAutoCommit(false);
      update(db, "create table if not exists next_offset (part int primary key, next bigint)");
      update(db, "create table if not exists seen (stream varchar primary key, version int)");
      update(db, "create table if not exists service (id varchar primary key, subject varchar, code varchar, served date)");
      db.commit();
      List<TopicPartition> parts =
          consumer.partitionsFor(topic).stream().map(each -> new TopicPartition(topic, each.partition())).toList();
      consumer.assign(parts);
      Map<TopicPartition, Long> first = consumer.beginningOffsets(parts);
      Map<TopicPartition, Long> ends = consumer.endOffsets(parts);
      for (TopicPartition part : parts) {
        Long next = number(db, "select next from next_offset where part = ?", part.partition());
        consumer.seek(part, next == null ? first.get(part) : next);
      }
      while (!once || parts.stream().anyMatch(part -> consumer.position(part) < ends.get(part))) {
        var polled = consumer.poll(Duration.ofMillis(500));
        for (TopicPartition part : polled.partitions()) {
          try {
            for (ConsumerRecord<byte[], byte[]> each : polled.records(part)) {
              apply(db, topic, each);
              update(db, "merge into next_offset key (part) values (?, ?)", part.partition(), each.offset() + 1);
            }
            db.commit();
          } catch (Exception error) {
            db.rollback(); // nothing of this batch was written: the next start reads it again
            throw error;
          }
        }
      }
      System.out.println(
          "services: " + number(db, "select count(*) from service") + " " + number(db, "select count(distinct id) from service"));
    }
  }

  private static void apply(Connection db, String topic, ConsumerRecord<byte[], byte[]> each) throws Exception {
    Map<String, String> headers = new HashMap<>();
    for (Header header : each.headers()) {
      headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
    }
    String stream = headers.get("ce_subject");
    long version = Long.parseLong(headers.get("ce_sequence"));
    Long known = number(db, "select version from seen where stream = ?", stream);
    long last = known == null ? 0 : known;
    if (version <= last) {
      return; // a repeat
    }
    if (version > last + 1) {
      throw new IllegalStateException(
          "hole in " + stream + ": " + last + " -> " + version + "; ask for: gabay replay " + topic
              + " --for integrator.acme --stream " + stream + " --from-version " + (last + 1));
    }
    handle(db, headers.get("ce_type"), stream, JSON.readTree(each.value()));
    update(db, "merge into seen key (stream) values (?, ?)", stream, version);
  }

  /** Your business; inside the transaction. Types that you do not know are none of it. */
  private static void handle(Connection db, String type, String stream, JsonNode fact) throws SQLException {
    switch (type) {
      case "gabay.casework.service-delivered.v1" -> update(
          db, "merge into service key (id) values (?, ?, ?, ?)", fact.get("service_id").asText(),
          fact.path("ctx").path("subject_id").asText(), fact.get("service_code").asText(), fact.get("delivered_on").asText());
      case "gabay.intake.client-erased.v1" -> update(db, "delete from service where subject = ?", stream);
      default -> { }
    }
  }

  private static Properties properties() throws Exception {
    Map<String, String> environment = System.getenv();
    Properties made = new Properties();
    made.put("bootstrap.servers", environment.get("KAFKA_BOOTSTRAP"));
    made.put("enable.auto.commit", "false");
    made.put("isolation.level", "read_committed");
    made.put("auto.offset.reset", "none");
    made.put("key.deserializer", ByteArrayDeserializer.class.getName());
    made.put("value.deserializer", ByteArrayDeserializer.class.getName());
    if (environment.containsKey("KAFKA_USERNAME")) {
      String password = Files.readString(Path.of(environment.get("KAFKA_PASSWORD_FILE"))).strip();
      made.put("security.protocol", "SASL_SSL");
      made.put("sasl.mechanism", "SCRAM-SHA-512");
      made.put("ssl.truststore.type", "PEM");
      made.put("ssl.truststore.location", environment.get("KAFKA_CA_FILE"));
      made.put("sasl.jaas.config", "org.apache.kafka.common.security.scram.ScramLoginModule required username=\""
          + environment.get("KAFKA_USERNAME") + "\" password=\"" + password + "\";");
    }
    return made;
  }

  private static void update(Connection db, String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = db.prepareStatement(sql)) {
      for (int n = 0; n < values.length; n++) {
        statement.setObject(n + 1, values[n]);
      }
      statement.executeUpdate();
    }
  }

  private static Long number(Connection db, String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = db.prepareStatement(sql)) {
      for (int n = 0; n < values.length; n++) {
        statement.setObject(n + 1, values[n]);
      }
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? rows.getLong(1) : null;
      }
    }
  }

  private Acme() { }
}
