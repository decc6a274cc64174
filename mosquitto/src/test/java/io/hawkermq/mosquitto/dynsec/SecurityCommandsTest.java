package io.hawkermq.mosquitto.dynsec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecurityCommandsTest {
    private SecurityModel model = InitialModel.of("secret", null, p -> "hash of " + p);
    private SecurityCommands.Result last = execute("{\"commands\":[]}");

    private SecurityCommands.Result execute(String payload) {
        SecurityCommands.Result result =
                SecurityCommands.execute(
                        model,
                        payload.replace('\'', '"').getBytes(StandardCharsets.UTF_8),
                        p -> "hash of " + p,
                        (user, _) -> user.equals("admin") ? List.of("127.0.0.1") : List.of());
        model = result.model();
        last = result;
        return result;
    }

    /// Does one command and tells its response, with ' for ".
    private String one(String command) {
        String all = text(execute("{'commands':[{" + command + "}]}"));
        return all.substring("{'responses':[".length(), all.length() - "]}".length());
    }

    private static String text(SecurityCommands.Result result) {
        return new String(result.response(), StandardCharsets.UTF_8).replace('"', '\'');
    }

    private void done(String name, String rest) {
        assertEquals("{'command':'" + name + "'}", one("'command':'" + name + "'" + rest));
        assertTrue(last.isChanged());
    }

    @BeforeEach
    void someExist() {
        done("createRole", ",'rolename':'r'");
        done("createRole", ",'rolename':'q'");
        done("createGroup", ",'groupname':'g','roles':[{'rolename':'r'}]");
        done(
                "createClient",
                ",'username':'u','password':'p','clientid':'c','roles':[{'rolename':'q',"
                        + "'priority':5}],'groups':[{'groupname':'g','priority':3}]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    createClient | | Invalid/missing username
                    createClient | ,'username':'' | Empty username
                    createClient | ,'username':'a\\u0001' | Username not valid UTF-8
                    createClient | ,'username':'x','password':3 | Invalid/missing password
                    createClient | ,'username':'x','clientid':3 | Invalid/missing client id
                    createClient | ,'username':'x','clientid':'\\ud800' | Client ID not valid UTF-8
                    createClient | ,'username':'x','textname':3 | Invalid/missing textname
                    createClient | ,'username':'x','textdescription':3 | Invalid/missing textdescription
                    createClient | ,'username':'u' | Client already exists
                    createClient | ,'username':'x','roles':3 | 'roles' not an array or missing/invalid rolename
                    createClient | ,'username':'x','roles':[{}] | 'roles' not an array or missing/invalid rolename
                    createClient | ,'username':'x','roles':[{'rolename':'no'}] | Role not found
                    createClient | ,'username':'x','groups':[{'groupname':'no'}] | Group not found
                    deleteClient | | Invalid/missing username
                    deleteClient | ,'username':'no' | Client not found
                    modifyClient | ,'username':'no' | Client not found
                    modifyClient | ,'username':'u','roles':[{'rolename':'no'}] | Role not found
                    modifyClient | ,'username':'u','groups':[{'groupname':'no'}] | 'groups' contains an object with a 'groupname' that does not exist
                    modifyClient | ,'username':'u','groups':[{}] | 'groups' contains an object with an invalid 'groupname'
                    getClient | ,'username':'no' | Client not found
                    enableClient | ,'username':'no' | Client not found
                    disableClient | ,'username':7 | Invalid/missing username
                    setClientId | ,'username':'u','clientid':7 | Invalid/missing client ID
                    setClientId | ,'username':'no','clientid':'x' | Client not found
                    setClientPassword | ,'username':'u' | Invalid/missing password
                    setClientPassword | ,'username':'u','password':'' | Empty password is not allowed
                    setClientPassword | ,'username':'no','password':'x' | Client not found
                    addClientRole | ,'username':'u' | Invalid/missing rolename
                    addClientRole | ,'username':'no','rolename':'r' | Client not found
                    addClientRole | ,'username':'u','rolename':'no' | Role not found
                    addClientRole | ,'username':'u','rolename':'q' | Internal error
                    removeClientRole | ,'username':'u','rolename':'no' | Role not found
                    createGroup | | Invalid/missing groupname
                    createGroup | ,'groupname':'' | Empty groupname
                    createGroup | ,'groupname':'g' | Group already exists
                    createGroup | ,'groupname':'x','roles':[{'rolename':'no'}] | Role not found
                    createGroup | ,'groupname':'x','roles':1 | Internal error
                    deleteGroup | ,'groupname':'no' | Group not found
                    deleteGroup | ,'groupname':'unauthenticated' | Deleting the anonymous group is forbidden
                    modifyGroup | ,'groupname':'no' | Group not found
                    modifyGroup | ,'groupname':'g','clients':[{'username':'no'}] | 'clients' contains an object with a 'username' that does not exist
                    modifyGroup | ,'groupname':'g','clients':[{}] | 'clients' contains an object with an invalid 'username'
                    getGroup | ,'groupname':'no' | Group not found
                    addGroupClient | ,'groupname':'g','username':'u' | Client is already in this group
                    addGroupClient | ,'groupname':'no','username':'u' | Group not found
                    addGroupClient | ,'groupname':'g','username':'no' | Client not found
                    removeGroupClient | ,'groupname':'no','username':'u' | Group not found
                    addGroupRole | ,'groupname':'g','rolename':'r' | Group is already in this role
                    addGroupRole | ,'groupname':'g','rolename':'no' | Role not found
                    removeGroupRole | ,'groupname':'no','rolename':'r' | Group not found
                    setAnonymousGroup | ,'groupname':'no' | Group not found
                    createRole | | Invalid/missing rolename
                    createRole | ,'rolename':'' | Empty rolename
                    createRole | ,'rolename':'r' | Role already exists
                    createRole | ,'rolename':'x','allowwildcardsubs':1 | Invalid allowwildcardsubs
                    deleteRole | ,'rolename':'no' | Role not found
                    modifyRole | ,'rolename':'no' | Role does not exist
                    getRole | ,'rolename':'no' | Role not found
                    addRoleACL | ,'rolename':'no' | Role not found
                    addRoleACL | ,'rolename':'r' | Invalid/missing acltype
                    addRoleACL | ,'rolename':'r','acltype':'x' | Unknown acltype
                    addRoleACL | ,'rolename':'r','acltype':'subscribeLiteral' | Invalid/missing topic
                    addRoleACL | ,'rolename':'r','acltype':'subscribeLiteral','topic':'a/#/b' | Invalid ACL topic
                    removeRoleACL | ,'rolename':'r','acltype':'subscribeLiteral','topic':'a' | ACL not found
                    setDefaultACLAccess | | Missing/invalid actions array
                    nonsense | | Unknown command
                    """)
    void refusesAndChangesNothing(String name, String rest, String error) {
        SecurityModel before = model;
        String response = one("'command':'" + name + "'" + (rest == null ? "" : rest));
        assertEquals("{'command':'" + name + "','error':'" + error + "'}", response);
        assertFalse(last.isChanged());
        assertEquals(before, model);
        assertTrue(last.kicks().isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    { | Unknown command | Payload not valid JSON
                    [] | Unknown command | Invalid/missing commands
                    {'commands':3} | Unknown command | Invalid/missing commands
                    {'commands':[3]} | Unknown command | Command not an object
                    {'commands':[{}]} | Unknown command | Missing command
                    {'commands':[{'command':'x','correlationData':1}]} | x | Invalid correlationData data type.
                    """)
    void saysWhatIsWrongWithTheMessage(String payload, String name, String error) {
        assertEquals(
                "{'responses':[{'command':'" + name + "','error':'" + error + "'}]}",
                text(execute(payload)));
    }

    @Test
    void answersABatchWithItsCorrelationData() {
        assertEquals(
                "{'responses':[{'command':'getDetails','data':{'clientCount':2,'groupCount':2,"
                        + "'roleCount':9,'changeIndex':4},'correlationData':'1'},"
                        + "{'command':'DISABLECLIENT','correlationData':'2'}]}",
                text(
                        execute(
                                "{'commands':[{'command':'getDetails','correlationData':'1'},"
                                        + "{'command':'DISABLECLIENT','username':'u',"
                                        + "'correlationData':'2'}]}")));
        assertEquals(Set.of("u"), last.kicks().userNames());
    }

    @Test
    void clients() {
        String u =
                "'username':'u','clientid':'c','roles':[{'rolename':'q','priority':5}],"
                        + "'groups':[{'groupname':'g','priority':3}],'connections':[]";
        assertEquals(
                "{'command':'getClient','data':{'client':{" + u + "}}}",
                one("'command':'getClient','username':'u'"));
        assertTrue(
                one("'command':'getClient','username':'admin'")
                        .contains("'connections':[{'address':'127.0.0.1'}]"));
        assertEquals(
                "{'command':'listClients','data':{'totalCount':2,'clients':['admin','u']}}",
                one("'command':'listClients'"));
        assertEquals(
                "{'command':'listClients','data':{'totalCount':2,'clients':['u']}}",
                one("'command':'listClients','offset':1,'count':1"));
        assertEquals(
                "{'command':'listClients','data':{'totalCount':2,'clients':[{" + u + "}]}}",
                one("'command':'listClients','offset':1,'verbose':true"));
        done("setClientPassword", ",'username':'u','password':'new'");
        assertEquals("hash of new", client("u").encodedPassword());
        done("setClientId", ",'username':'u'");
        assertEquals(null, client("u").clientId());
        done("disableClient", ",'username':'u'");
        assertEquals(Client.Login.DISABLED, client("u").login());
        assertEquals(Set.of("u"), last.kicks().userNames());
        done("enableClient", ",'username':'u'");
        assertEquals(Client.Login.ENABLED, client("u").login());
        assertTrue(last.kicks().isEmpty());
        done("addClientRole", ",'username':'u','rolename':'r','priority':9");
        assertEquals(List.of(new Role.Use("r", 9), new Role.Use("q", 5)), client("u").roles());
        done("removeClientRole", ",'username':'u','rolename':'q'");
        assertEquals(List.of(new Role.Use("r", 9)), client("u").roles());
        done(
                "modifyClient",
                ",'username':'u','clientid':'d','password':'again','textname':'t',"
                        + "'textdescription':'e','roles':[],'groups':[]");
        Client u2 = client("u");
        assertEquals(
                "d hash of again t e",
                u2.clientId()
                        + " "
                        + u2.encodedPassword()
                        + " "
                        + u2.textName()
                        + " "
                        + u2.textDescription());
        assertEquals(List.of(), u2.roles());
        assertEquals(List.of(), group("g").members());
        done("addGroupClient", ",'username':'u','groupname':'g'");
        done("deleteClient", ",'username':'u'");
        assertFalse(model.clients().containsKey("u"));
        assertEquals(List.of(), group("g").members());
        assertEquals(Set.of("u"), last.kicks().userNames());
    }

    private Client client(String name) {
        return java.util.Objects.requireNonNull(model.clients().get(name));
    }

    private Group group(String name) {
        return java.util.Objects.requireNonNull(model.groups().get(name));
    }

    @Test
    void groups() {
        assertEquals(
                "{'command':'getGroup','data':{'group':{'groupname':'g','clients':"
                        + "[{'username':'u'}],'roles':[{'rolename':'r'}]}}}",
                one("'command':'getGroup','groupname':'g'"));
        assertEquals(
                "{'command':'listGroups','data':{'totalCount':2,'groups':['g',"
                        + "'unauthenticated']}}",
                one("'command':'listGroups'"));
        assertEquals(
                "{'command':'getAnonymousGroup','data':{'group':{'groupname':"
                        + "'unauthenticated'}}}",
                one("'command':'getAnonymousGroup'"));
        done("setAnonymousGroup", ",'groupname':'g'");
        assertTrue(last.kicks().concern(null));
        done("addGroupRole", ",'groupname':'g','rolename':'q'");
        assertTrue(last.kicks().concern(null) && last.kicks().concern("u"));
        done("removeGroupRole", ",'groupname':'g','rolename':'r'");
        assertEquals(List.of(new Role.Use("q", -1)), group("g").roles());
        done("removeGroupClient", ",'groupname':'g','username':'u'");
        assertEquals(List.of(), group("g").members());
        done(
                "modifyGroup",
                ",'groupname':'g','textname':'t','roles':[],'clients':[{'username':'u'}]");
        assertEquals(List.of(new Group.Member("u", -1)), group("g").members());
        done("deleteGroup", ",'groupname':'unauthenticated'");
        assertFalse(model.groups().containsKey("unauthenticated"));
    }

    @Test
    void rolesAndDefaults() {
        done(
                "addRoleACL",
                ",'rolename':'r','acltype':'publishClientSend','topic':'a/#','priority':-1,"
                        + "'allow':true");
        assertEquals(Set.of("u"), last.kicks().userNames());
        done("addRoleACL", ",'rolename':'r','acltype':'publishClientSend','topic':'b'");
        assertEquals(
                "{'command':'addRoleACL','error':'ACL with this topic already exists'}",
                one(
                        "'command':'addRoleACL','rolename':'r','acltype':'publishClientSend',"
                                + "'topic':'b'"));
        assertEquals(
                "{'command':'getRole','data':{'role':{'rolename':'r','allowwildcardsubs':true,"
                        + "'acls':[{'acltype':'publishClientSend','topic':'b','priority':0,"
                        + "'allow':false},{'acltype':'publishClientSend','topic':'a/#',"
                        + "'priority':-1,'allow':true}]}}}",
                one("'command':'getRole','rolename':'r'"));
        done("removeRoleACL", ",'rolename':'r','acltype':'publishClientSend','topic':'b'");
        done("modifyRole", ",'rolename':'r','textname':'t','allowwildcardsubs':false,'acls':[]");
        assertEquals(
                "{'command':'getRole','data':{'role':{'rolename':'r','textname':'t',"
                        + "'allowwildcardsubs':false,'acls':[]}}}",
                one("'command':'getRole','rolename':'r'"));
        assertTrue(one("'command':'listRoles','count':1").contains("['broker-admin']"));
        done("deleteRole", ",'rolename':'q'");
        assertEquals(List.of(), client("u").roles());
        done(
                "setDefaultACLAccess",
                ",'acls':[{'acltype':'subscribe','allow':true},{'acltype':'unsubscribe',"
                        + "'allow':false}]");
        assertEquals(
                "{'command':'getDefaultACLAccess','data':{'acls':[{'acltype':"
                        + "'publishClientSend','allow':false},{'acltype':"
                        + "'publishClientReceive','allow':true},{'acltype':'subscribe',"
                        + "'allow':true},{'acltype':'unsubscribe','allow':false}]}}",
                one("'command':'getDefaultACLAccess'"));
    }
}
