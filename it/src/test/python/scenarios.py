"""Python Paho against a broker: scenarios.py PORT VERSION SCENARIO PREFIX.

VERSION is 3, 4 or 5. PREFIX begins every topic and client id. Ends with status 0 and the line
"done SCENARIO" if all went as it should, else with a traceback.
"""

import queue
import sys
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

PORT = int(sys.argv[1])
VERSION = {"3": mqtt.MQTTv31, "4": mqtt.MQTTv311, "5": mqtt.MQTTv5}[sys.argv[2]]
PREFIX = sys.argv[4]
SECONDS = 15


class Peer:
    """A client whose network loop runs in a thread of its own, with calls that wait."""

    def __init__(self, name, clean=True, will=None, properties=None):
        arguments = {"client_id": PREFIX + name, "protocol": VERSION}
        if VERSION != mqtt.MQTTv5:
            arguments["clean_session"] = clean
        if hasattr(mqtt, "CallbackAPIVersion"):
            arguments["callback_api_version"] = mqtt.CallbackAPIVersion.VERSION1
        self.client = mqtt.Client(**arguments)
        self.messages = queue.Queue()
        self.connected = queue.Queue()
        self.granted = queue.Queue()
        self.client.on_message = lambda client, data, message: self.messages.put(message)
        self.client.on_connect = lambda client, data, flags, code, *rest: self.connected.put(
            (flags, code)
        )
        self.client.on_subscribe = lambda client, data, mid, codes, *rest: self.granted.put(codes)
        if will:
            self.client.will_set(**will)
        extra = {}
        if VERSION == mqtt.MQTTv5:
            extra["clean_start"] = clean
            if not clean:
                properties = properties or Properties(PacketTypes.CONNECT)
                properties.SessionExpiryInterval = 3600
            extra["properties"] = properties
        self.client.connect("127.0.0.1", PORT, 60, **extra)
        self.client.loop_start()
        flags, code = self.connected.get(timeout=SECONDS)
        assert code == 0, code
        self.session_present = flags["session present"]

    def subscribe(self, topic, qos=0, **options):
        self.client.subscribe(topic, qos, **options)
        codes = [int(getattr(c, "value", c)) for c in self.granted.get(timeout=SECONDS)]
        assert all(c < 0x80 for c in codes), codes
        return codes

    def publish(self, topic, payload, qos=0, retain=False, properties=None):
        info = self.client.publish(topic, payload, qos, retain, properties)
        done = threading.Thread(target=info.wait_for_publish, daemon=True)
        done.start()
        done.join(SECONDS)
        assert info.is_published(), "no acknowledgement"

    def expect(self, topic, payload, qos=None, retain=None):
        message = self.messages.get(timeout=SECONDS)
        payload = payload.encode() if isinstance(payload, str) else payload
        assert message.topic == topic, (message.topic, topic)
        assert message.payload == payload, (message.payload[:100], payload[:100])
        assert qos is None or message.qos == qos, message.qos
        assert retain is None or bool(message.retain) == retain, message.retain
        return message

    def expect_nothing(self, topic):
        """A message of our own must be the next to come."""
        self.subscribe(topic)
        self.publish(topic, "fence")
        self.expect(topic, "fence")

    def end(self):
        self.client.disconnect()
        self.client.loop_stop()

    def lose(self):
        self.client.loop_stop()
        self.client.socket().close()


def qos():
    subscriber = Peer("s")
    publisher = Peer("p")
    topic = PREFIX + "/qos"
    assert subscriber.subscribe(topic, 2) == [2]
    for level in (0, 1, 2):
        for n in range(20):
            publisher.publish(topic, "%d-%d" % (level, n), level)
        for n in range(20):
            subscriber.expect(topic, "%d-%d" % (level, n), level, False)
    for level in (0, 1):
        other = Peer("o%d" % level)
        assert other.subscribe(topic, level) == [level]
        publisher.publish(topic, "downgraded", 2)
        other.expect(topic, "downgraded", level)


def retained():
    publisher = Peer("p")
    topic = PREFIX + "/retained"
    publisher.publish(topic, "old", 1, True)
    publisher.publish(topic, "new", 1, True)
    late = Peer("s")
    late.subscribe(topic, 1)
    late.expect(topic, "new", 1, True)
    publisher.publish(topic, "", 1, True)
    late.expect(topic, "", 1, False)
    later = Peer("t")
    later.subscribe(topic, 1)
    later.expect_nothing(PREFIX + "/fence")


def will():
    observer = Peer("s")
    topic = PREFIX + "/will"
    observer.subscribe(topic, 1)
    message = {"topic": topic, "payload": "lost", "qos": 1, "retain": False}
    Peer("w", will=message).lose()
    observer.expect(topic, "lost", 1, False)
    Peer("w", will=message).end()
    observer.expect_nothing(PREFIX + "/fence")


def resume():
    topic = PREFIX + "/resume"
    first = Peer("r", clean=False)
    first.subscribe(topic, 2)
    first.end()
    publisher = Peer("p")
    publisher.publish(topic, "at 1", 1)
    publisher.publish(topic, "at 2", 2)
    second = Peer("r", clean=False)
    assert second.session_present or VERSION == mqtt.MQTTv31
    second.expect(topic, "at 1", 1)
    second.expect(topic, "at 2", 2)
    second.end()
    third = Peer("r", clean=True)
    assert not third.session_present
    third.expect_nothing(PREFIX + "/fence")


def wildcards():
    subscriber = Peer("s")
    subscriber.subscribe(PREFIX + "/+/x")
    subscriber.subscribe(PREFIX + "/tree/#")
    publisher = Peer("p")
    publisher.publish(PREFIX + "/a/x", "1")
    publisher.publish(PREFIX + "/a/y", "no")
    publisher.publish(PREFIX + "/tree", "2")
    publisher.publish(PREFIX + "/tree/b/c", "3")
    subscriber.expect(PREFIX + "/a/x", "1")
    subscriber.expect(PREFIX + "/tree", "2")
    subscriber.expect(PREFIX + "/tree/b/c", "3")
    subscriber.client.unsubscribe(PREFIX + "/tree/#")
    subscriber.expect_nothing(PREFIX + "/fence")
    publisher.publish(PREFIX + "/tree/b/c", "no more", 1)
    subscriber.expect_nothing(PREFIX + "/fence2")


def large():
    subscriber = Peer("s")
    publisher = Peer("p")
    topic = PREFIX + "/large"
    subscriber.subscribe(topic, 2)
    payload = bytes(i * i % 251 for i in range(1_500_000))
    for level in (0, 1, 2):
        publisher.publish(topic, payload, level)
        subscriber.expect(topic, payload, level)


def unicode():
    subscriber = Peer("s-größe-日本")
    publisher = Peer("p")
    topic = PREFIX + "/größe/日本/😀/ space"
    subscriber.subscribe(topic, 1)
    publisher.publish(topic, "ünï😀", 1)
    subscriber.expect(topic, "ünï😀", 1)


def properties():
    subscriber = Peer("s")
    publisher = Peer("p")
    topic = PREFIX + "/properties"
    identifier = Properties(PacketTypes.SUBSCRIBE)
    identifier.SubscriptionIdentifier = 300
    subscriber.subscribe(topic, options=SubscribeOptions(qos=1), properties=identifier)
    sent = Properties(PacketTypes.PUBLISH)
    sent.PayloadFormatIndicator = 1
    sent.MessageExpiryInterval = 1000
    sent.ContentType = "text/plain"
    sent.ResponseTopic = PREFIX + "/answers"
    sent.CorrelationData = b"\x00\xff7"
    sent.UserProperty = [("b", "1"), ("a", "2"), ("b", "3")]
    publisher.publish(topic, "with", 1, properties=sent)
    got = subscriber.expect(topic, "with", 1).properties
    assert got.PayloadFormatIndicator == 1
    assert 900 < got.MessageExpiryInterval <= 1000
    assert got.ContentType == "text/plain"
    assert got.ResponseTopic == PREFIX + "/answers"
    assert got.CorrelationData == b"\x00\xff7"
    assert got.UserProperty == [("b", "1"), ("a", "2"), ("b", "3")], got.UserProperty
    assert got.SubscriptionIdentifier == [300], got.SubscriptionIdentifier
    # No Local and Retain As Published.
    own = Peer("n")
    own.subscribe(PREFIX + "/own", options=SubscribeOptions(qos=1, noLocal=True))
    own.publish(PREFIX + "/own", "own", 1)
    own.expect_nothing(PREFIX + "/fence")


def shared():
    topic = PREFIX + "/shared"
    members = [Peer("m1"), Peer("m2")]
    for member in members:
        member.subscribe("$share/group/" + topic, 1)
    publisher = Peer("p")
    for n in range(20):
        publisher.publish(topic, "m%d" % n, 1)
    got = []
    for member in members:
        before = len(got)
        fence = PREFIX + "/fence/" + str(before)
        member.subscribe(fence)
        publisher.publish(fence, "fence")
        while True:
            message = member.messages.get(timeout=SECONDS)
            if message.topic == fence:
                break
            got.append(message.payload)
        assert len(got) > before, "a member got nothing"
    assert sorted(got) == sorted(b"m%d" % n for n in range(20)), got


def answers():
    """Request and response, with Response Topic and Correlation Data."""
    responder = Peer("responder")
    responder.subscribe(PREFIX + "/questions", 1)
    asker = Peer("asker")
    asker.subscribe(PREFIX + "/answers", 1)
    question = Properties(PacketTypes.PUBLISH)
    question.ResponseTopic = PREFIX + "/answers"
    question.CorrelationData = b"17"
    asker.publish(PREFIX + "/questions", "6*7", 1, properties=question)
    asked = responder.expect(PREFIX + "/questions", "6*7")
    reply = Properties(PacketTypes.PUBLISH)
    reply.CorrelationData = asked.properties.CorrelationData
    responder.publish(asked.properties.ResponseTopic, "42", 1, properties=reply)
    assert asker.expect(PREFIX + "/answers", "42").properties.CorrelationData == b"17"


globals()[sys.argv[3]]()
print("done", sys.argv[3], flush=True)
