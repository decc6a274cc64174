package io.hawkermq.store;

import java.nio.file.Path;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.SstFileReaderIterator;

/// One table of a database whose list of files is lost.
final class RocksTable {
    private static final long AT_ONCE = 4L << 20;

    private RocksTable() {}

    /// Copies what the table holds, up to the first part that is damaged.
    ///
    /// @throws EngineException DAMAGE after what could be read was copied
    static void copy(Path table, Engine to) throws EngineException {
        Batch batch = new Batch();
        try (Options options = new Options();
                ReadOptions reading = new ReadOptions();
                SstFileReader reader = new SstFileReader(options)) {
            reader.open(table.toString());
            try (SstFileReaderIterator records = reader.newIterator(reading)) {
                for (records.seekToFirst(); records.isValid(); records.next()) {
                    batch.put(records.key(), records.value());
                    if (batch.length() > AT_ONCE) {
                        to.write(batch, Engine.Sync.LEAVE);
                        batch.reset();
                    }
                }
                records.status();
            }
        } catch (RocksDBException e) {
            throw new EngineException(
                    EngineException.Kind.DAMAGE, String.valueOf(e.getMessage()), e);
        } finally {
            to.write(batch, Engine.Sync.LEAVE);
        }
    }
}
