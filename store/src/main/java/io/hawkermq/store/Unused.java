package io.hawkermq.store;

import io.hawkermq.core.Message;
import io.hawkermq.core.Recovery;
import io.hawkermq.core.StoredDelivery;
import io.hawkermq.core.StoredForward;
import io.hawkermq.core.StoredSession;
import io.hawkermq.core.StoredSubscription;

/// Takes what a store holds and keeps none of it: all was read, which is what a check is for.
final class Unused implements Recovery {
    @Override
    public void session(StoredSession session) {}

    @Override
    public void subscription(StoredSubscription subscription) {}

    @Override
    public void delivery(StoredDelivery delivery) {}

    @Override
    public void released(long session, int packetId, long order) {}

    @Override
    public void received(long session, int packetId) {}

    @Override
    public void retained(Message message) {}

    @Override
    public void forward(StoredForward forward) {}
}
