"""The program that everybody writes first: it prints what the broker tells about itself."""

import sys

import paho.mqtt.client as mqtt


def on_connect(client, userdata, flags, rc):
    client.subscribe("$SYS/#")


def on_message(client, userdata, message):
    print(message.topic, message.payload.decode(), flush=True)


if hasattr(mqtt, "CallbackAPIVersion"):
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION1)
else:
    client = mqtt.Client()
client.on_connect = on_connect
client.on_message = on_message
client.connect("127.0.0.1", int(sys.argv[1]), 60)
client.loop_forever()
