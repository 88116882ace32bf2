import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Gets a token from https://api-uat.doku.com by Java's own client (11 or later).
 *
 * Usage: java -Djavax.net.ssl.trustStore=trust.p12 -Djavax.net.ssl.trustStorePassword=changeit Token.java [PORT]
 * With a hosts entry and the mock at port 443 no PORT is needed. In the place of the hosts entry Java takes
 * -Djdk.net.hosts.file=FILE.
 */
public class Token {
    static final String CLIENT_ID = "BRN-0001-1700000000000";
    static final String SECRET_KEY = "SK-doku-mock-test-secret";
    static final String TARGET = "/adv-core-api/partner/v1.0/token";
    static final String BODY = "{\"grant_type\":\"client_credentials\",\"valid_time\":\"360\"}";

    public static void main(String[] arguments) throws Exception {
        var host = "https://api-uat.doku.com" + (arguments.length > 0 ? ":" + arguments[0] : "");
        var requestId = UUID.randomUUID().toString();
        var timestamp = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        var digest = base64(MessageDigest.getInstance("SHA-256").digest(BODY.getBytes("UTF-8")));
        var component = String.join("\n",
            "Client-Id:" + CLIENT_ID,
            "Request-Id:" + requestId,
            "Request-Timestamp:" + timestamp,
            "Request-Target:" + TARGET,
            "Digest:" + digest);
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET_KEY.getBytes("UTF-8"), "HmacSHA256"));
        var signature = base64(mac.doFinal(component.getBytes("UTF-8")));

        // The mock speaks HTTP/1.1, as Java's client finds out by itself.
        var request = HttpRequest.newBuilder(URI.create(host + TARGET))
            .header("Client-Id", CLIENT_ID)
            .header("Request-Id", requestId)
            .header("Request-Timestamp", timestamp)
            .header("Signature", "HMACSHA256=" + signature)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(BODY))
            .build();
        var reply = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        System.out.println(reply.body());
        System.exit(reply.statusCode() == 200 ? 0 : 1);
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
