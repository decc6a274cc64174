// MQTT.js against a broker: scenarios.js PORT|URL VERSION SCENARIO PREFIX [AUTHORITY].
//
// VERSION is 3, 4 or 5. AUTHORITY is the certificate that the broker's comes from. PREFIX begins every topic and client id. Ends with status 0 and the line
// "done SCENARIO" if all went as it should, else with a stack trace.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const mqtt = require('mqtt');

const [where, version, scenario, prefix, authority] = [
  process.argv[2], Number(process.argv[3]), process.argv[4], process.argv[5], process.argv[6],
];
const url = where.includes(':') ? where : `mqtt://127.0.0.1:${where}`;
const MILLISECONDS = 15000;

/** A client with calls that wait. */
class Peer {
  static async connect(name, options = {}) {
    const peer = new Peer();
    peer.messages = [];
    peer.waiting = [];
    const clean = options.clean ?? true;
    peer.client = mqtt.connect(url, {
      ...(authority ? { ca: fs.readFileSync(authority) } : {}),
      protocolVersion: version,
      protocolId: version === 3 ? 'MQIsdp' : 'MQTT',
      clientId: prefix + name,
      reconnectPeriod: 0,
      connectTimeout: MILLISECONDS,
      ...(version === 5 && !clean ? { properties: { sessionExpiryInterval: 3600 } } : {}),
      ...options,
      clean,
    });
    peer.client.on('message', (topic, payload, packet) => {
      const message = { topic, payload, packet };
      const waiter = peer.waiting.shift();
      if (waiter) waiter(message);
      else peer.messages.push(message);
    });
    peer.connack = await within('CONNACK', new Promise((resolve, reject) => {
      peer.client.once('connect', resolve);
      peer.client.once('error', reject);
      peer.client.once('close', () => reject(new Error('closed')));
    }));
    return peer;
  }

  async subscribe(topic, options = { qos: 0 }) {
    const granted = await within('SUBACK', this.client.subscribeAsync(topic, options));
    assert.ok(granted.every((g) => g.qos < 0x80), JSON.stringify(granted));
    return granted.map((g) => g.qos);
  }

  publish(topic, payload, options = {}) {
    return within('acknowledgement', this.client.publishAsync(topic, payload, options));
  }

  next() {
    const message = this.messages.shift();
    return message
      ? Promise.resolve(message)
      : within('message', new Promise((resolve) => this.waiting.push(resolve)));
  }

  async expect(topic, payload, expected = {}) {
    const message = await this.next();
    assert.equal(message.topic, topic);
    assert.ok(message.payload.equals(Buffer.from(payload)), message.payload.toString('utf8', 0, 99));
    for (const [key, value] of Object.entries(expected)) {
      assert.equal(message.packet[key], value, key);
    }
    return message;
  }

  /** A message of our own must be the next to come. */
  async expectNothing(topic) {
    await this.subscribe(topic);
    await this.publish(topic, 'fence');
    await this.expect(topic, 'fence');
  }

  end() {
    return within('end', this.client.endAsync());
  }

  lose() {
    this.client.stream.destroy();
  }
}

function within(what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${MILLISECONDS} ms`)), MILLISECONDS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

const scenarios = {
  async qos() {
    const subscriber = await Peer.connect('s');
    const publisher = await Peer.connect('p');
    const topic = `${prefix}/qos`;
    assert.deepEqual(await subscriber.subscribe(topic, { qos: 2 }), [2]);
    for (const qos of [0, 1, 2]) {
      for (let n = 0; n < 20; n++) await publisher.publish(topic, `${qos}-${n}`, { qos });
      for (let n = 0; n < 20; n++) {
        await subscriber.expect(topic, `${qos}-${n}`, { qos, retain: false, dup: false });
      }
    }
    for (const qos of [0, 1]) {
      const other = await Peer.connect(`o${qos}`);
      assert.deepEqual(await other.subscribe(topic, { qos }), [qos]);
      await publisher.publish(topic, 'downgraded', { qos: 2 });
      await other.expect(topic, 'downgraded', { qos });
    }
  },

  async retained() {
    const publisher = await Peer.connect('p');
    const topic = `${prefix}/retained`;
    await publisher.publish(topic, 'old', { qos: 1, retain: true });
    await publisher.publish(topic, 'new', { qos: 1, retain: true });
    const late = await Peer.connect('s');
    await late.subscribe(topic, { qos: 1 });
    await late.expect(topic, 'new', { qos: 1, retain: true });
    await publisher.publish(topic, '', { qos: 1, retain: true });
    await late.expect(topic, '', { qos: 1, retain: false });
    const later = await Peer.connect('t');
    await later.subscribe(topic, { qos: 1 });
    await later.expectNothing(`${prefix}/fence`);
  },

  async will() {
    const observer = await Peer.connect('s');
    const topic = `${prefix}/will`;
    await observer.subscribe(topic, { qos: 1 });
    const will = { topic, payload: Buffer.from('lost'), qos: 1, retain: false };
    (await Peer.connect('w', { will })).lose();
    await observer.expect(topic, 'lost', { qos: 1, retain: false });
    await (await Peer.connect('w', { will })).end();
    await observer.expectNothing(`${prefix}/fence`);
  },

  async resume() {
    const topic = `${prefix}/resume`;
    const first = await Peer.connect('r', { clean: false });
    await first.subscribe(topic, { qos: 2 });
    await first.end();
    const publisher = await Peer.connect('p');
    await publisher.publish(topic, 'at 1', { qos: 1 });
    await publisher.publish(topic, 'at 2', { qos: 2 });
    const second = await Peer.connect('r', { clean: false });
    assert.ok(second.connack.sessionPresent || version === 3);
    await second.expect(topic, 'at 1', { qos: 1 });
    await second.expect(topic, 'at 2', { qos: 2 });
    await second.end();
    const third = await Peer.connect('r', { clean: true });
    assert.ok(!third.connack.sessionPresent);
    await third.expectNothing(`${prefix}/fence`);
  },

  async wildcards() {
    const subscriber = await Peer.connect('s');
    await subscriber.subscribe([`${prefix}/+/x`, `${prefix}/tree/#`]);
    const publisher = await Peer.connect('p');
    await publisher.publish(`${prefix}/a/x`, '1');
    await publisher.publish(`${prefix}/a/y`, 'no');
    await publisher.publish(`${prefix}/tree`, '2');
    await publisher.publish(`${prefix}/tree/b/c`, '3');
    await subscriber.expect(`${prefix}/a/x`, '1');
    await subscriber.expect(`${prefix}/tree`, '2');
    await subscriber.expect(`${prefix}/tree/b/c`, '3');
    await within('UNSUBACK', subscriber.client.unsubscribeAsync(`${prefix}/tree/#`));
    await publisher.publish(`${prefix}/tree/b/c`, 'no more', { qos: 1 });
    await subscriber.expectNothing(`${prefix}/fence`);
  },

  async large() {
    const subscriber = await Peer.connect('s');
    const publisher = await Peer.connect('p');
    const topic = `${prefix}/large`;
    await subscriber.subscribe(topic, { qos: 2 });
    const payload = Buffer.alloc(1_500_000, (n) => n).map((_, i) => (i * i) % 251);
    for (const qos of [0, 1, 2]) {
      await publisher.publish(topic, Buffer.from(payload), { qos });
      await subscriber.expect(topic, payload, { qos });
    }
  },

  async unicode() {
    const subscriber = await Peer.connect('s-größe-日本');
    const publisher = await Peer.connect('p');
    const topic = `${prefix}/größe/日本/😀/ space`;
    await subscriber.subscribe(topic, { qos: 1 });
    await publisher.publish(topic, 'ünï😀', { qos: 1 });
    await subscriber.expect(topic, 'ünï😀', { qos: 1 });
  },

  async properties() {
    const subscriber = await Peer.connect('s');
    const publisher = await Peer.connect('p');
    const topic = `${prefix}/properties`;
    await subscriber.subscribe(topic, { qos: 1, properties: { subscriptionIdentifier: 300 } });
    const properties = {
      payloadFormatIndicator: true,
      messageExpiryInterval: 1000,
      contentType: 'text/plain',
      responseTopic: `${prefix}/answers`,
      correlationData: Buffer.from([0, 255, 55]),
      userProperties: { b: ['1', '3'], a: '2' },
    };
    await publisher.publish(topic, 'with', { qos: 1, properties });
    const got = (await subscriber.expect(topic, 'with', { qos: 1 })).packet.properties;
    assert.equal(got.payloadFormatIndicator, true);
    assert.ok(got.messageExpiryInterval > 900 && got.messageExpiryInterval <= 1000);
    assert.equal(got.contentType, 'text/plain');
    assert.equal(got.responseTopic, `${prefix}/answers`);
    assert.deepEqual([...got.correlationData], [0, 255, 55]);
    assert.deepEqual({ ...got.userProperties }, { b: ['1', '3'], a: '2' });
    assert.equal(Number(got.subscriptionIdentifier), 300);
    // No Local.
    const own = await Peer.connect('n');
    await own.subscribe(`${prefix}/own`, { qos: 1, nl: true });
    await own.publish(`${prefix}/own`, 'own', { qos: 1 });
    await own.expectNothing(`${prefix}/fence`);
  },

  async shared() {
    const topic = `${prefix}/shared`;
    const members = [await Peer.connect('m1'), await Peer.connect('m2')];
    for (const member of members) await member.subscribe(`$share/group/${topic}`, { qos: 1 });
    const publisher = await Peer.connect('p');
    for (let n = 0; n < 20; n++) await publisher.publish(topic, `m${n}`, { qos: 1 });
    const got = [];
    for (const member of members) {
      const before = got.length;
      const fence = `${prefix}/fence/${before}`;
      await member.subscribe(fence);
      await publisher.publish(fence, 'fence');
      for (let m = await member.next(); m.topic !== fence; m = await member.next()) {
        got.push(m.payload.toString());
      }
      assert.ok(got.length > before, 'a member got nothing');
    }
    const sent = Array.from({ length: 20 }, (_, n) => `m${n}`);
    assert.deepEqual(got.sort(), sent.sort());
  },

  /** Request and response, with Response Topic and Correlation Data. */
  async answers() {
    const responder = await Peer.connect('responder');
    await responder.subscribe(`${prefix}/questions`, { qos: 1 });
    const asker = await Peer.connect('asker');
    await asker.subscribe(`${prefix}/answers`, { qos: 1 });
    await asker.publish(`${prefix}/questions`, '6*7', {
      qos: 1,
      properties: { responseTopic: `${prefix}/answers`, correlationData: Buffer.from('17') },
    });
    const asked = (await responder.expect(`${prefix}/questions`, '6*7')).packet.properties;
    await responder.publish(asked.responseTopic, '42', {
      qos: 1,
      properties: { correlationData: asked.correlationData },
    });
    const answer = await asker.expect(`${prefix}/answers`, '42');
    assert.equal(answer.packet.properties.correlationData.toString(), '17');
  },

  /** Topic Aliases in both directions, which MQTT.js can assign by itself. */
  async aliases() {
    const subscriber = await Peer.connect('s', { properties: { topicAliasMaximum: 5 } });
    const publisher = await Peer.connect('p', { autoAssignTopicAlias: true, autoUseTopicAlias: true });
    await subscriber.subscribe(`${prefix}/#`, { qos: 1 });
    for (let n = 0; n < 40; n++) {
      const topic = `${prefix}/${n % 13}`;
      await publisher.publish(topic, `m${n}`, { qos: n % 2 });
      await subscriber.expect(topic, `m${n}`);
    }
  },
};

scenarios[scenario]().then(
  () => {
    console.log(`done ${scenario}`);
    process.exit(0);
  },
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
