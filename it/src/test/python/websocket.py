"""Paho over WebSocket: websocket.py PORT AUTHORITY USER ORIGIN TOPIC; "-" for what there is not.

Subscribes to TOPIC, publishes to it and prints "> TOPIC" when the message comes, or "refused WHY".
"""
import sys

import paho.mqtt.client as mqtt

port, authority, user, origin, topic = sys.argv[1:6]
client = mqtt.Client(transport="websockets", protocol=mqtt.MQTTv311)
if origin != "-":
    client.ws_set_options(headers={"Origin": origin})
if authority != "-":
    client.tls_set(ca_certs=authority)
if user != "-":
    client.username_pw_set(*user.split(":"))


def on_connect(c, userdata, flags, code):
    if code != 0:
        print("refused", mqtt.connack_string(code))
        c.disconnect()
    else:
        c.subscribe(topic, 1)


client.on_connect = on_connect
client.on_subscribe = lambda c, *_: c.publish(topic, "text", 1)


def on_message(c, userdata, message):
    print(">", message.topic)
    c.disconnect()


client.on_message = on_message
try:
    client.connect("localhost", int(port), keepalive=30)
    client.loop_forever(retry_first_connection=False)
except Exception as e:
    print("refused", type(e).__name__)
