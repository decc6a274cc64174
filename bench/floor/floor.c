// What the socket calls alone cost: reads PUBLISH packets, writes their bytes to who wants them,
// and does nothing else that a broker does. One epoll, one thread, one read and one write for a
// connection in a turn, no sessions, no checks, no limits, no MQTT 5. A broker's CPU time per message
// under the same load can come near to this, and not below it.
//
//   cc -O2 -o floor floor.c && ./floor PORT
//
// Understands as much of MQTT 3.1.1 as the load generator's scenarios with QoS 0 and 1 need: filters
// are a whole topic or PREFIX/#. Of QoS 1 at most 20 messages are in flight to a subscriber, as with
// brokers; the others wait. Whoever falls behind by 64 MiB is cut off.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ = 65536, MOST = 4096, WINDOW = 20, BEHIND = 64 << 20 };

typedef struct { unsigned char *at; size_t from, to, room; } bytes;
typedef struct {
    int fd, flight, id, dirty, waits;
    size_t filter;
    char *wants;
    bytes in, out, queue;
    // Who gets what is published to the topic that was published to last.
    bytes last;
    int targets[MOST], targeted, asOf;
} peer;

static peer *peers[MOST];
static int dirty[MOST], dirtied, epoll, changes = 1;

static void put(bytes *b, const void *from, size_t n) {
    if (b->from == b->to) b->from = b->to = 0;
    if (b->to + n > b->room) {
        memmove(b->at, b->at + b->from, b->to - b->from);
        b->to -= b->from, b->from = 0;
        while (b->to + n > b->room) b->room = b->room ? b->room * 2 : READ;
        if (!(b->at = realloc(b->at, b->room))) abort();
    }
    memcpy(b->at + b->to, from, n);
    b->to += n;
}

static void mark(peer *p) {
    if (!p->dirty) p->dirty = 1, dirty[dirtied++] = p->fd;
}

static void end(peer *p) {
    peers[p->fd] = NULL;
    changes++;
    close(p->fd);
    free(p->last.at), free(p->in.at), free(p->out.at), free(p->queue.at), free(p->wants), free(p);
}

// A PUBLISH with QoS 1 as it came: its Packet Identifier becomes the receiver's.
static void put1(peer *p, const unsigned char *packet, size_t n, size_t idAt) {
    p->id = p->id % 65535 + 1;
    put(&p->out, packet, n);
    p->out.at[p->out.to - n + idAt] = p->id >> 8, p->out.at[p->out.to - n + idAt + 1] = p->id;
    p->flight++;
    mark(p);
}

typedef struct { size_t n, idAt; } queued;

static void drain(peer *p) {
    while (p->flight < WINDOW && p->queue.from < p->queue.to) {
        queued q;
        memcpy(&q, p->queue.at + p->queue.from, sizeof q);
        put1(p, p->queue.at + p->queue.from + sizeof q, q.n, q.idAt);
        p->queue.from += sizeof q + q.n;
    }
}

static void find(peer *from, const unsigned char *name, size_t topic) {
    if (from->asOf == changes && from->last.to == topic && !memcmp(from->last.at, name, topic)) return;
    from->asOf = changes, from->last.to = from->targeted = 0;
    put(&from->last, name, topic);
    for (int fd = 0; fd < MOST; fd++) {
        peer *p = peers[fd];
        if (!p || !p->wants) continue;
        size_t n = p->filter, prefix = n - 1;
        if (p->wants[prefix] == '#' ? topic >= prefix && !memcmp(p->wants, name, prefix)
                                    : topic == n && !memcmp(p->wants, name, n)) from->targets[from->targeted++] = fd;
    }
}

static void publish(peer *from, const unsigned char *packet, size_t n, const unsigned char *body) {
    size_t topic = body[0] << 8 | body[1];
    int qos = packet[0] >> 1 & 3;
    size_t idAt = body + 2 + topic - packet;
    if (qos) {
        put(&from->out, (unsigned char[]){0x40, 2, packet[idAt], packet[idAt + 1]}, 4);
        mark(from);
    }
    find(from, body + 2, topic);
    for (int i = 0; i < from->targeted; i++) {
        peer *p = peers[from->targets[i]];
        if (!qos) {
            put(&p->out, packet, n);
            mark(p);
        } else if (p->flight < WINDOW && p->queue.from == p->queue.to) {
            put1(p, packet, n, idAt);
        } else {
            put(&p->queue, &(queued){n, idAt}, sizeof(queued));
            put(&p->queue, packet, n);
        }
    }
}

// False if the peer is to be cut off.
static int packet(peer *p, const unsigned char *packet, size_t n, const unsigned char *body) {
    switch (packet[0] >> 4) {
    case 1: put(&p->out, "\x20\x02\0\0", 4); break;
    case 3: publish(p, packet, n, body); return 1;
    case 4: p->flight--, drain(p); return 1;
    case 8:
        changes++;
        p->filter = body[2] << 8 | body[3];
        free(p->wants);
        if (!p->filter || !(p->wants = malloc(p->filter))) return 0;
        memcpy(p->wants, body + 4, p->filter);
        put(&p->out, (unsigned char[]){0x90, 3, body[0], body[1], body[4 + p->filter]}, 5);
        break;
    case 12: put(&p->out, "\xd0\0", 2); break;
    default: return 0;
    }
    mark(p);
    return 1;
}

static int readable(peer *p) {
    static unsigned char buffer[READ];
    ssize_t got = recv(p->fd, buffer, READ, 0);
    if (got < 0) return errno == EAGAIN;
    if (got == 0) return 0;
    bytes whole = {buffer, 0, got, READ}, *b = &whole;
    if (p->in.from < p->in.to) put(b = &p->in, buffer, got);
    while (b->to - b->from >= 2) {
        unsigned char *at = b->at + b->from;
        size_t left = b->to - b->from, length = 0, i = 1;
        do {
            if (i == left || i > 4) { i = 0; break; }
            length |= (size_t)(at[i] & 127) << 7 * (i - 1);
        } while (at[i++] & 128);
        if (i == 0 || left < i + length) break;
        if (!packet(p, at, i + length, at + i)) return 0;
        b->from += i + length;
    }
    if (b == &whole && b->from < b->to) put(&p->in, b->at + b->from, b->to - b->from);
    return 1;
}

static int writable(peer *p) {
    bytes *b = &p->out;
    if (b->from < b->to) {
        ssize_t sent = send(p->fd, b->at + b->from, b->to - b->from, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) return 0;
        if (sent > 0) b->from += sent;
    }
    int waits = b->from < b->to;
    if (waits != p->waits) {
        p->waits = waits;
        struct epoll_event e = {.events = EPOLLIN | (waits ? EPOLLOUT : 0), .data.fd = p->fd};
        epoll_ctl(epoll, EPOLL_CTL_MOD, p->fd, &e);
    }
    return b->to - b->from + p->queue.to - p->queue.from < BEHIND;
}

int main(int count, char **arguments) {
    int port = count == 2 ? atoi(arguments[1]) : 0, on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int door = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (port <= 0 || bind(door, (void *)&address, sizeof address) || listen(door, 1024)) {
        fprintf(stderr, "usage: floor PORT (a free one, on loopback): %s\n", strerror(errno));
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    epoll = epoll_create1(0);
    struct epoll_event e = {.events = EPOLLIN, .data.fd = door}, events[1024];
    epoll_ctl(epoll, EPOLL_CTL_ADD, door, &e);
    for (;;) {
        int ready = epoll_wait(epoll, events, 1024, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == door) {
                fd = accept4(door, NULL, NULL, SOCK_NONBLOCK);
                if (fd < 0) continue;
                if (fd >= MOST || !(peers[fd] = calloc(1, sizeof(peer)))) { close(fd); continue; }
                peers[fd]->fd = fd;
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                e = (struct epoll_event){.events = EPOLLIN, .data.fd = fd};
                epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
            } else if (peers[fd] && events[i].events & ~EPOLLOUT && !readable(peers[fd])) {
                end(peers[fd]);
            } else if (peers[fd] && events[i].events & EPOLLOUT) {
                mark(peers[fd]);
            }
        }
        int n = dirtied;
        dirtied = 0;
        for (int i = 0; i < n; i++) {
            peer *p = peers[dirty[i]];
            if (!p || !p->dirty) continue;
            p->dirty = 0;
            if (!writable(p)) end(p);
        }
    }
}
